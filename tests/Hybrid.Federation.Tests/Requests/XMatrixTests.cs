using Hybrid.Federation.Requests;

namespace Hybrid.Federation.Tests.Requests;

/// <summary>Server-server API, "Request Authentication": what the header may look like.</summary>
public sealed class XMatrixTests
{
    [Theory]
    [InlineData("""X-Matrix origin="origin.hs.example.com",destination="destination.hs.example.com",key="ed25519:key1",sig="ABCDEF+/..." """)]
    [InlineData("""X-Matrix sig="ABCDEF+/...",key="ed25519:key1",destination="destination.hs.example.com",origin="origin.hs.example.com" """)]
    [InlineData("X-Matrix origin=origin.hs.example.com,destination=destination.hs.example.com,key=ed25519:key1,sig=ABCDEF+/...")]
    [InlineData("""X-Matrix    origin="origin.hs.example.com" , destination="destination.hs.example.com", key="ed25519:key1",	sig="ABCDEF+/..." """)]
    [InlineData("""x-matrix ORIGIN="origin.hs.example.com",Destination=destination.hs.example.com,Key="ed25519:key1",sIg="ABCDEF+/..." """)]
    [InlineData("""X-Matrix origin="origin.hs.example.com",new="a, \"b\"=c",destination="destination.hs.example.com",key="ed25519:key1",sig="ABCDEF+/..." """)]
    [InlineData("""X-Matrix origin="origin.hs.example\.com",destination="destination.hs.example.com",key="ed\25519:key1",sig="ABC\DEF+/..." """)]
    public void All_forms_that_the_specification_allows_are_read(string header)
    {
        Assert.True(XMatrix.TryParse(header.TrimEnd(), out var parsed));
        Assert.Equal("origin.hs.example.com", parsed.Origin.Value);
        Assert.Equal("destination.hs.example.com", parsed.Destination?.Value);
        Assert.Equal(("ed25519:key1", "ABCDEF+/..."), (parsed.KeyId, parsed.Signature));
    }

    [Fact]
    public void Older_servers_name_no_destination()
    {
        Assert.True(XMatrix.TryParse("X-Matrix origin=a.test:8448,key=\"ed25519:1\",sig=\"x==\"", out var parsed));
        Assert.Equal(("a.test:8448", null, "x=="), (parsed.Origin.Value, parsed.Destination, parsed.Signature));
    }

    [Theory]
    [InlineData("Bearer token")]
    [InlineData("X-Matrix")]
    [InlineData("X-Matrixorigin=a.test,key=k,sig=s")]
    [InlineData("X-Matrix origin=a.test,key=k")]
    [InlineData("X-Matrix origin=a.test,sig=s")]
    [InlineData("X-Matrix key=k,sig=s")]
    [InlineData("X-Matrix origin=a.test,key=,sig=s")]
    [InlineData("X-Matrix origin=\"not a name\",key=k,sig=s")]
    [InlineData("X-Matrix origin=a.test,destination=\"\",key=k,sig=s")]
    [InlineData("X-Matrix origin=a.test,origin=b.test,key=k,sig=s")]
    [InlineData("X-Matrix origin=a.test,key=k,sig=\"s")]
    [InlineData("X-Matrix origin=a.test,key=k,sig=\"s\"x")]
    [InlineData("X-Matrix origin=a.test key=k sig=s")]
    [InlineData("X-Matrix origin=a.test,key=k,sig=s,nonsense")]
    [InlineData("X-Matrix =a.test,key=k,sig=s")]
    public void Anything_else_is_not(string header) => Assert.False(XMatrix.TryParse(header, out _));

    [Fact]
    public void A_header_that_goes_on_for_ever_is_not_read() =>
        Assert.False(XMatrix.TryParse("X-Matrix origin=a.test,key=k,sig=" + new string('s', 3000), out _));

    [Fact]
    public void Headers_that_a_proxy_put_into_one_line_are_told_apart()
    {
        const string One = "X-Matrix origin=\"a.test\",key=\"ed25519:1\",sig=\"x\"";

        Assert.Equal([One, "x-matrix origin=b.test,key=k,sig=s", One], XMatrix.Split($"{One}, x-matrix origin=b.test,key=k,sig=s,{One}"));
        Assert.Equal([One], XMatrix.Split(One));
        Assert.Equal(["Bearer X-Matrix x"], XMatrix.Split("Bearer X-Matrix x"));
        Assert.Equal([""], XMatrix.Split(""));
    }

    [Fact]
    public void Whatever_a_stranger_sends_is_read_or_refused()
    {
        const string Good = """X-Matrix origin="a.test",destination="b.test",key="ed25519:1",sig="AB\C+/" """;
        const string Parts = "\",=\\ \tX-Matrix:ü";
        var random = new Random(1);
        var read = 0;
        for (var round = 0; round < 20_000; round++)
        {
            var header = Good.ToCharArray();
            for (var change = 0; change < 1 + (round % 3); change++)
                header[random.Next(header.Length)] = Parts[random.Next(Parts.Length)];
            foreach (var one in XMatrix.Split(new string(header)))
            {
                if (XMatrix.TryParse(one, out var parsed))
                {
                    read++;
                    Assert.NotEqual("", parsed.KeyId);
                }
            }
        }

        Assert.InRange(read, 1000, 19_000);
    }

    [Fact]
    public void It_is_written_as_older_servers_read_it()
    {
        const string Header = """X-Matrix origin="origin.hs.example.com",destination="destination.hs.example.com",key="ed25519:key1",sig="ABCDEF..." """;

        Assert.True(XMatrix.TryParse(Header.TrimEnd(), out var parsed));
        Assert.Equal(Header.TrimEnd(), parsed.ToString());
    }
}
