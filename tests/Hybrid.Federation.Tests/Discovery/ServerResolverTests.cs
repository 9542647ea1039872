using System.Net;
using DnsClient;
using DnsClient.Protocol;
using Hybrid.Federation.Discovery;
using Hybrid.Federation.Tests.Support;
using Hybrid.Tests.Shared;
using Microsoft.AspNetCore.Http;

namespace Hybrid.Federation.Tests.Discovery;

/// <summary>Server-server API, "Resolving server names": the numbers are its.</summary>
public sealed class ServerResolverTests : IAsyncLifetime
{
    readonly TestCertificates _certificates = new();
    readonly TestNameServer _names = new();
    Func<HttpContext, Task> _wellKnown = static context => Status(context, 404);
    TestHttpsServer _host = null!;
    Transport _transport = null!;

    public async Task InitializeAsync()
    {
        _host = await TestHttpsServer.StartAsync(_certificates, ["example.test", "other.test"], context => _wellKnown(context));
        _names.AddAddress("example.test", IPAddress.Loopback);
        _names.AddAddress("other.test", IPAddress.Loopback);
        _transport = new Transport(new FederationOptions
        {
            Authorities = _certificates.Authorities,
            AllowPrivateAddresses = true,
            NameServer = _names.Address,
            WellKnownPort = _host.Port,
        });
    }

    public async Task DisposeAsync()
    {
        await _transport.DisposeAsync();
        await _host.DisposeAsync();
        _names.Dispose();
        _certificates.Dispose();
    }

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1", "192.0.2.1", 8448)]
    [InlineData("192.0.2.1:1234", "192.0.2.1:1234", "192.0.2.1", 1234)]
    [InlineData("[2001:db8::1]", "[2001:db8::1]", "2001:db8::1", 8448)]
    [InlineData("[2001:db8::1]:443", "[2001:db8::1]:443", "2001:db8::1", 443)]
    public async Task Step_1_an_IP_literal_is_where_the_server_is(string server, string host, string address, int port)
    {
        ShouldBe(await _transport.ResolveAsync(server), host, address, (address, port));
        Assert.Empty(_host.Requests);
        Assert.Empty(_names.Questions);
    }

    [Fact]
    public async Task Step_2_an_explicit_port_needs_nothing_else()
    {
        ShouldBe(await _transport.ResolveAsync("Example.test:443"), "Example.test:443", "example.test", ("example.test", 443));
        Assert.Empty(_host.Requests);
        Assert.Empty(_names.Questions);
    }

    [Theory]
    [InlineData("192.0.2.7", "192.0.2.7", "192.0.2.7", 8448)]
    [InlineData("192.0.2.7:99", "192.0.2.7:99", "192.0.2.7", 99)]
    [InlineData("matrix.example.test:443", "matrix.example.test:443", "matrix.example.test", 443)]
    public async Task Steps_3_1_and_3_2_delegation_to_an_address_or_a_port(string delegated, string host, string name, int port)
    {
        _wellKnown = context => Delegate(context, delegated);

        ShouldBe(await _transport.ResolveAsync("example.test"), host, name, (name, port));
        Assert.Equal("/.well-known/matrix/server", Assert.Single(_host.Requests).Target);
        Assert.Equal($"example.test:{_host.Port}", _host.Requests.First().Host);
    }

    [Fact]
    public async Task Step_3_3_delegation_to_a_name_with_an_SRV_record()
    {
        _wellKnown = static context => Delegate(context, "matrix.example.test");
        _names.AddService("_matrix-fed._tcp.matrix.example.test", "far.test", 7000);
        _names.AddService("_matrix._tcp.matrix.example.test", "wrong.test", 7001);

        ShouldBe(await _transport.ResolveAsync("example.test"), "matrix.example.test", "matrix.example.test", ("far.test", 7000));
    }

    [Fact]
    public async Task Steps_3_4_and_3_5_the_older_SRV_record_then_port_8448()
    {
        _wellKnown = static context => Delegate(context, "matrix.example.test");
        ShouldBe(await _transport.ResolveAsync("example.test"), "matrix.example.test", "matrix.example.test", ("matrix.example.test", 8448));

        _wellKnown = static context => Delegate(context, "old.example.test");
        _names.AddService("_matrix._tcp.old.example.test", "far.test", 7001);
        ShouldBe(await _transport.ResolveAsync("other.test"), "old.example.test", "old.example.test", ("far.test", 7001));
    }

    [Fact]
    public async Task Step_4_without_delegation_the_SRV_record_of_the_name()
    {
        _names.AddService("_matrix-fed._tcp.example.test", "far.test", 7000);

        ShouldBe(await _transport.ResolveAsync("example.test"), "example.test", "example.test", ("far.test", 7000));
    }

    [Fact]
    public async Task Steps_5_and_6_the_older_SRV_record_then_port_8448()
    {
        ShouldBe(await _transport.ResolveAsync("example.test"), "example.test", "example.test", ("example.test", 8448));

        _names.AddService("_matrix._tcp.other.test", "far.test", 7001);
        ShouldBe(await _transport.ResolveAsync("other.test"), "other.test", "other.test", ("far.test", 7001));
    }

    [Fact]
    public async Task A_name_that_cannot_be_reached_for_delegation_is_looked_up_all_the_same() =>
        ShouldBe(await _transport.ResolveAsync("unknown.test"), "unknown.test", "unknown.test", ("unknown.test", 8448));

    [Fact]
    public async Task An_SRV_record_of_a_dot_says_that_there_is_no_server()
    {
        _names.AddService("_matrix-fed._tcp.example.test", ".", 0);

        await Assert.ThrowsAsync<ServerNotFoundException>(async () => await _transport.ResolveAsync("example.test"));
    }

    [Theory]
    [InlineData("example.test:0")]
    [InlineData("example.test:70000")]
    public async Task A_port_that_does_not_exist_leads_nowhere(string server) =>
        await Assert.ThrowsAsync<ServerNotFoundException>(async () => await _transport.ResolveAsync(server));

    [Fact]
    public void Targets_are_tried_by_priority_and_within_one_by_chance_and_weight()
    {
        SrvRecord Record(ushort priority, ushort weight, string target) => new(
            new ResourceRecordInfo(DnsString.Parse("x"), ResourceRecordType.SRV, QueryClass.IN, 60, 0), priority, weight, 1, DnsString.Parse(target));

        var records = new List<SrvRecord> { Record(20, 1, "last.test"), Record(10, 90, "heavy.test"), Record(10, 10, "light.test") };
        var firsts = Enumerable.Range(0, 500).Select(seed => NameLookup.Order(records, new Random(seed))).ToList();

        Assert.All(firsts, static order => Assert.Equal("last.test", order[2].Host));
        Assert.InRange(firsts.Count(static order => order[0].Host == "heavy.test"), 400, 490);
    }

    static Task Status(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    }

    static Task Delegate(HttpContext context, string server) => context.Response.WriteAsync($$"""{"m.server":"{{server}}"}""");

    static void ShouldBe(ServerRoute route, string hostHeader, string certificateName, params (string Host, int Port)[] targets)
    {
        Assert.Equal((hostHeader, certificateName), (route.HostHeader, route.CertificateName));
        Assert.Equal(targets, route.Targets.Select(static target => (target.Host, target.Port)));
    }
}
