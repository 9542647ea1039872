using Hybrid.Federation.Discovery;
using Hybrid.Primitives;

namespace Hybrid.Federation.Tests.Discovery;

public sealed class HostAndPortTests
{
    [Theory]
    [InlineData("Matrix.Example.org", "matrix.example.org", false, null)]
    [InlineData("matrix.org:8448", "matrix.org", false, 8448)]
    [InlineData("1.2.3.4", "1.2.3.4", true, null)]
    [InlineData("1.2.3.4:5", "1.2.3.4", true, 5)]
    [InlineData("1.2.3", "1.2.3", false, null)]
    [InlineData("01.2.3.4", "01.2.3.4", false, null)]
    [InlineData("16909060", "16909060", false, null)]
    [InlineData("[::1]", "::1", true, null)]
    [InlineData("[1234:5678::abcd]:5678", "1234:5678::abcd", true, 5678)]
    public void Names_are_taken_apart(string name, string host, bool isLiteral, int? port)
    {
        var parts = HostAndPort.Of(ServerName.Parse(name));

        Assert.Equal((host, isLiteral, port), (parts.Host, parts.Literal is not null, parts.Port));
    }
}
