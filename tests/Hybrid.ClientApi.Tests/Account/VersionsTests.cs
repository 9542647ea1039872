using Hybrid.ClientApi.Account;
using Hybrid.ClientApi.Tests.Hosting;
using Xunit;

namespace Hybrid.ClientApi.Tests.Account;

/// <summary>What <c>/versions</c> promises is there on a server with the default settings; the conformance run asks one that has everything set up.</summary>
public sealed class VersionsTests(TestServer server) : IClassFixture<TestServer>
{
    /// <summary>
    /// The operations that each version of the specification added, without those that are the operator's to offer (single sign-on,
    /// URL previews).
    /// </summary>
    static readonly (string Version, string Method, string Path)[] Additions =
    [
        ("v1.1", "POST", "/_matrix/client/v3/keys/device_signing/upload"),
        ("v1.1", "POST", "/_matrix/client/v3/keys/signatures/upload"),
        ("v1.1", "POST", "/_matrix/client/v3/knock/!r:test.local"),
        ("v1.1", "GET", "/_matrix/client/v3/room_keys/version"),
        ("v1.1", "POST", "/_matrix/client/v3/room_keys/version"),
        ("v1.1", "GET", "/_matrix/client/v3/room_keys/version/1"),
        ("v1.1", "PUT", "/_matrix/client/v3/room_keys/version/1"),
        ("v1.1", "DELETE", "/_matrix/client/v3/room_keys/version/1"),
        ("v1.1", "GET", "/_matrix/client/v3/room_keys/keys?version=1"),
        ("v1.1", "PUT", "/_matrix/client/v3/room_keys/keys?version=1"),
        ("v1.1", "DELETE", "/_matrix/client/v3/room_keys/keys?version=1"),
        ("v1.1", "GET", "/_matrix/client/v3/room_keys/keys/!r:test.local?version=1"),
        ("v1.1", "PUT", "/_matrix/client/v3/room_keys/keys/!r:test.local?version=1"),
        ("v1.1", "DELETE", "/_matrix/client/v3/room_keys/keys/!r:test.local?version=1"),
        ("v1.1", "GET", "/_matrix/client/v3/room_keys/keys/!r:test.local/s?version=1"),
        ("v1.1", "PUT", "/_matrix/client/v3/room_keys/keys/!r:test.local/s?version=1"),
        ("v1.1", "DELETE", "/_matrix/client/v3/room_keys/keys/!r:test.local/s?version=1"),
        ("v1.2", "GET", "/_matrix/client/v1/register/m.login.registration_token/validity?token=t"),
        ("v1.2", "GET", "/_matrix/client/v1/rooms/!r:test.local/hierarchy"),
        ("v1.3", "POST", "/_matrix/client/v3/refresh"),
        ("v1.3", "GET", "/_matrix/client/v1/rooms/!r:test.local/relations/$e"),
        ("v1.4", "GET", "/_matrix/client/v1/rooms/!r:test.local/threads"),
        ("v1.6", "GET", "/_matrix/client/v1/rooms/!r:test.local/timestamp_to_event?ts=0&dir=f"),
        ("v1.7", "POST", "/_matrix/client/v1/login/get_token"),
        ("v1.7", "POST", "/_matrix/media/v1/create"),
        ("v1.7", "PUT", "/_matrix/media/v3/upload/test.local/m"),
        ("v1.10", "GET", "/.well-known/matrix/support"),
        ("v1.11", "GET", "/_matrix/client/v1/media/config"),
        ("v1.11", "GET", "/_matrix/client/v1/media/download/test.local/m"),
        ("v1.11", "GET", "/_matrix/client/v1/media/download/test.local/m/f.txt"),
        ("v1.11", "GET", "/_matrix/client/v1/media/thumbnail/test.local/m?width=1&height=1"),
        ("v1.7", "POST", "/_matrix/client/v1/appservice/a/ping"),
        ("v1.13", "POST", "/_matrix/client/v3/rooms/!r:test.local/report"),
        ("v1.14", "POST", "/_matrix/client/v3/users/@u:test.local/report"),
        ("v1.15", "GET", "/_matrix/client/v1/room_summary/!r:test.local"),
        ("v1.16", "DELETE", "/_matrix/client/v3/profile/@u:test.local/displayname"),
    ];

    [Fact]
    public async Task Every_operation_that_an_advertised_version_added_is_there()
    {
        var alice = await server.RegisterAsync();
        var advertised = (await alice.GetAsync("/_matrix/client/versions")).Ok["versions"]!.AsArray().Select(static version => (string)version!).ToList();

        foreach (var (version, method, path) in Additions.Where(addition => advertised.Contains(addition.Version)))
        {
            var answer = await alice.SendAsync(new HttpMethod(method), path, method is "GET" ? null : "{}");
            Assert.True(answer.ErrorCode != "M_UNRECOGNIZED" && (int)answer.Status < 500, $"{version}: {method} {path}: {answer.Status} {answer.ErrorCode}");
        }
    }

    [Fact]
    public void A_version_is_advertised_only_with_all_before_it()
    {
        var versions = new ServerFeatures().SpecVersions;

        Assert.NotEmpty(versions);
        Assert.Equal(Enumerable.Range(1, versions.Count).Select(static minor => $"v1.{minor}"), versions);
    }

    [Theory]
    [InlineData("org.matrix.msc3967", "POST", "/_matrix/client/v3/keys/device_signing/upload")]
    [InlineData("org.matrix.simplified_msc3575", "POST", "/_matrix/client/unstable/org.matrix.simplified_msc3575/sync")]
    [InlineData("uk.tcpip.msc4133", "GET", "/_matrix/client/unstable/uk.tcpip.msc4133/profile/@u:test.local/us.cloke.msc4175.tz")]
    [InlineData("uk.tcpip.msc4133.stable", "GET", "/_matrix/client/v3/profile/@u:test.local/m.tz")]
    [InlineData("uk.half-shot.msc2666.query_mutual_rooms", "GET", "/_matrix/client/unstable/uk.half-shot.msc2666/user/mutual_rooms?user_id=@u:test.local")]
    [InlineData("org.matrix.msc4140", "GET", "/_matrix/client/unstable/org.matrix.msc4140/delayed_events")]
    [InlineData("org.matrix.msc4155", "PUT", "/_matrix/client/v3/user/@u:test.local/account_data/org.matrix.msc4155.invite_permission_config")]
    [InlineData("org.matrix.msc4306", "GET", "/_matrix/client/unstable/io.element.msc4308/thread_subscriptions?dir=b")]
    [InlineData("org.matrix.msc4380", "PUT", "/_matrix/client/v3/user/@u:test.local/account_data/org.matrix.msc4380.invite_permission_config")]
    [InlineData("org.matrix.msc4380.stable", "PUT", "/_matrix/client/v3/user/@u:test.local/account_data/m.invite_permission_config")]
    public async Task Every_unstable_feature_is_there(string feature, string method, string path)
    {
        var alice = await server.RegisterAsync();
        var features = (await alice.GetAsync("/_matrix/client/versions")).Ok["unstable_features"]!.AsObject();

        Assert.Equal(10, features.Count);
        Assert.True((bool)features[feature]!);
        Assert.NotEqual("M_UNRECOGNIZED", (await alice.SendAsync(new HttpMethod(method), path, method is "GET" ? null : "{}")).ErrorCode);
    }
}
