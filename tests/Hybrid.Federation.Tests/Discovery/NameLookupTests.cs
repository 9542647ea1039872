using System.Net;
using Hybrid.Federation.Discovery;
using Hybrid.Federation.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hybrid.Federation.Tests.Discovery;

public sealed class NameLookupTests : IDisposable
{
    readonly TestNameServer _server = new();
    readonly string _hosts = Path.GetTempFileName();
    readonly NameLookup _names;

    public NameLookupTests() =>
        _names = new NameLookup(new FederationOptions { NameServer = _server.Address, HostsFile = _hosts }, TimeProvider.System, NullLogger<NameLookup>.Instance);

    [Fact]
    public async Task Names_are_asked_for_once_while_the_answer_is_good()
    {
        _server.AddAddress("peer.test", IPAddress.Parse("192.0.2.1"));
        _server.AddAddress("peer.test", IPAddress.Parse("192.0.2.2"));
        Assert.Equal(2, (await FindAsync("peer.test")).Count);
        Assert.Equal(2, (await FindAsync("peer.test")).Count);

        Assert.Single(_server.Questions, "peer.test 1");
    }

    [Fact]
    public async Task Services_are_remembered_for_a_while_and_so_is_that_there_are_none()
    {
        _server.AddService("_matrix._tcp.peer.test", "far.test", 7000);
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal([new RouteTarget("far.test", 7000)], await _names.FindServiceAsync("_matrix._tcp.peer.test", default));
            Assert.Null(await _names.FindServiceAsync("_matrix._tcp.other.test", default));
            Assert.Null(await _names.FindServiceAsync("_matrix-fed._tcp.peer.test", default));
        }

        Assert.Equal(3, _server.Questions.Count);
    }

    [Fact]
    public async Task A_name_that_nobody_knows_has_no_address()
    {
        Assert.Empty(await FindAsync("nobody.test"));
        Assert.Empty(await FindAsync(new string('x', 100) + ".test"));
        Assert.Empty(await FindAsync("a..test"));
    }

    [Fact]
    public async Task Literals_need_no_name_server()
    {
        Assert.Equal([IPAddress.Parse("192.0.2.9")], await FindAsync("192.0.2.9"));
        Assert.Equal([IPAddress.IPv6Loopback], await FindAsync("::1"));
        Assert.Empty(_server.Questions);
    }

    [Fact]
    public async Task What_the_operator_wrote_down_comes_first_and_may_change()
    {
        _server.AddAddress("peer.test", IPAddress.Parse("192.0.2.1"));
        await File.WriteAllTextAsync(_hosts, "# names\n10.0.0.7\tPeer.test  alias # a comment\nnonsense peer.test\n\nfd00::7 peer.test\n");
        File.SetLastWriteTimeUtc(_hosts, new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        Assert.Equal([IPAddress.Parse("10.0.0.7"), IPAddress.Parse("fd00::7")], await FindAsync("peer.test"));
        Assert.Equal([IPAddress.Parse("10.0.0.7")], await FindAsync("ALIAS"));
        Assert.Empty(_server.Questions);

        await File.WriteAllTextAsync(_hosts, "");
        Assert.Equal([IPAddress.Parse("192.0.2.1")], await FindAsync("peer.test"));
    }

    [Fact]
    public async Task Without_a_name_server_of_ones_own_the_system_knows_this_machine()
    {
        using var names = new NameLookup(new FederationOptions { HostsFile = "/nonexistent" }, TimeProvider.System, NullLogger<NameLookup>.Instance);

        Assert.Contains(IPAddress.Loopback, await names.FindAddressesAsync("localhost", default));
    }

    public void Dispose()
    {
        _names.Dispose();
        _server.Dispose();
        File.Delete(_hosts);
    }

    ValueTask<IReadOnlyList<IPAddress>> FindAsync(string host) => _names.FindAddressesAsync(host, default);
}
