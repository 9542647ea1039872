using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Hybrid.Federation.Keys;
using Hybrid.Federation.Requests;
using Hybrid.Federation.Tests.Authentication;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Tests.Shared;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.Federation.Tests;

/// <summary>Whole servers that go away and come back.</summary>
public sealed class RestartingServersTests : IAsyncLifetime
{
    FederatedServers _servers = null!;

    FederatedServer A => _servers[0];

    FederatedServer B => _servers[1];

    FederatedServer C => _servers[2];

    public async Task InitializeAsync() => _servers = await FederatedServers.StartAsync(3, map: static web => web.MapEndpoint(new EchoEndpoint()));

    public async Task DisposeAsync() => await _servers.DisposeAsync();

    [Fact]
    public async Task After_a_rotation_the_new_key_is_believed_and_the_old_one_only_for_the_past()
    {
        await Asking.AskAsync(A, B, FederationRequest.Get(EchoEndpoint.Path + "/x"));
        var before = A.Services.GetRequiredService<ServerIdentity>().Key.KeyId;
        await A.StopAsync();
        var after = A.RotateKey();
        await A.StartAsync();

        Assert.NotEqual(before, after);
        Assert.Equal(after, A.Services.GetRequiredService<ServerIdentity>().Key.KeyId);
        var document = await A.Http.GetFromJsonAsync<JsonObject>("/_matrix/key/v2/server");
        Assert.Equal([after], ((JsonObject)document!["verify_keys"]!).Select(static key => key.Key));
        Assert.InRange((long)document["old_verify_keys"]![before]!["expired_ts"]!, DateTimeOffset.UtcNow.AddMinutes(-1).ToUnixTimeMilliseconds(), DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());

        // A third server has not just asked for keys, as B has.
        Assert.Equal(A.Name.Value, (string)(await Asking.AskAsync(A, C, FederationRequest.Get(EchoEndpoint.Path + "/x")))["origin"]!);
        var wanted = new Dictionary<string, IReadOnlyList<string>> { [A.Name.Value] = [before, after] };
        var keys = await C.Services.GetRequiredService<IServerKeys>().FindAsync(wanted, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), default);
        Assert.Equal(2, keys.Count);
        Assert.True(keys.Single(key => key.KeyId == before).ValidUntil <= DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
    }

    [Fact]
    public void A_running_servers_key_is_not_rotated() =>
        Assert.Throws<Hybrid.Server.Commands.CommandException>(() => A.RotateKey());

    [Fact]
    public async Task A_server_that_comes_back_is_found_again()
    {
        await B.StopAsync();
        var client = A.Services.GetRequiredService<IFederationClient>();
        var failure = (await client.SendAsync(B.Name, FederationRequest.Get("/_matrix/federation/v1/version"), default)).Failure!;
        Assert.Equal(FailureKind.Unreachable, failure.Kind);

        await B.StartAsync();
        Assert.Equal(FailureKind.BackedOff, (await client.SendAsync(B.Name, FederationRequest.Get("/_matrix/federation/v1/version"), default)).Failure!.Kind);
        await Asking.AskAsync(B, A, FederationRequest.Get(EchoEndpoint.Path + "/x"));
        var version = await Asking.AskAsync(A, B, FederationRequest.Get("/_matrix/federation/v1/version"));
        Assert.Equal("Hybrid", (string)version["server"]!["name"]!);
    }

    [Fact]
    public async Task A_name_may_delegate_federation()
    {
        using var missing = await A.Http.GetAsync("/.well-known/matrix/server");
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);

        await using var delegating = await FederatedServers.StartAsync(1, static settings => settings with { DelegatedServer = ServerName.Parse("matrix.example.org:443") });
        var answer = await delegating[0].Http.GetFromJsonAsync<JsonObject>("/.well-known/matrix/server");
        Assert.Equal("matrix.example.org:443", (string)answer!["m.server"]!);
    }
}
