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
    public void It_is_written_as_older_servers_read_it()
    {
        const string Header = """X-Matrix origin="origin.hs.example.com",destination="destination.hs.example.com",key="ed25519:key1",sig="ABCDEF..." """;

        Assert.True(XMatrix.TryParse(Header.TrimEnd(), out var parsed));
        Assert.Equal(Header.TrimEnd(), parsed.ToString());
    }
}
