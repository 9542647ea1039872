using Hybrid.ClientApi.Account;
using Hybrid.ClientApi.Tests.Hosting;
using Hybrid.Server.Configuration;
using Xunit;

namespace Hybrid.ClientApi.Tests.Rooms;

public sealed class DefaultRoomVersionTests
{
    [Theory]
    [InlineData("10")]
    [InlineData("11")]
    [InlineData("12")]
    public async Task The_operators_version_is_what_rooms_get_and_capabilities_say(string version)
    {
        await using var server = await TestServer.StartAsync(settings => settings with { DefaultRoomVersion = version });
        var alice = await server.RegisterAsync();

        var capability = (await alice.GetAsync("capabilities")).Ok["capabilities"]!["m.room_versions"]!;
        Assert.Equal(version, (string?)capability["default"]);
        Assert.Equal("stable", (string?)capability["available"]![version]);

        var room = await alice.CreateRoomAsync();
        Assert.Equal(version, (string?)(await alice.GetStateAsync(room, "m.room.create")).Ok["room_version"]);
        var asked = await alice.CreateRoomAsync("""{"room_version":"11"}""");
        Assert.Equal("11", (string?)(await alice.GetStateAsync(asked, "m.room.create")).Ok["room_version"]);
    }

    [Fact]
    public void Every_version_that_is_offered_can_be_the_default_and_no_other()
    {
        var offered = new ServerFeatures().RoomVersions.Keys;

        Assert.All(offered, version => Assert.Equal(version, Load(version).DefaultRoomVersion));
        foreach (var version in Enumerable.Range(0, 20).Select(static number => number.ToString(System.Globalization.CultureInfo.InvariantCulture)).Except(offered))
        {
            var problem = Assert.Single(Assert.Throws<SettingsException>(() => Load(version)).Problems);
            Assert.StartsWith($"default_room_version: '{version}' from environment variable HYBRID_DEFAULT_ROOM_VERSION is not allowed", problem, StringComparison.Ordinal);
        }
    }

    static HybridSettings Load(string version) =>
        SettingsLoader.Load(null, new Dictionary<string, string> { ["HYBRID_DEFAULT_ROOM_VERSION"] = version }).Settings;
}
