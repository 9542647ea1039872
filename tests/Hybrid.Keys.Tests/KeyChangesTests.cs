using System.Text.Json.Nodes;
using Hybrid.Accounts.Keys;
using Hybrid.Primitives;
using Hybrid.Storage.Keys;

namespace Hybrid.Keys.Tests;

public sealed class KeyChangesTests
{
    [Fact]
    public async Task Changes_of_those_who_share_a_room_are_told_and_of_others_not()
    {
        await using var host = await KeysHost.StartAsync();
        var alice = await host.EnterAsync("alice", "PHONE");
        var before = host.Hub.Snapshot();
        var bob = await host.EnterAsync("bob", "LAPTOP");
        await host.EnterAsync("carol", "TABLET");
        host.Rooms.Sharing.Add(bob.UserId);
        host.Rooms.Changes = new SharingChanges(
            new HashSet<UserId> { UserId.Parse("@new:test") }, new HashSet<UserId> { UserId.Parse("@gone:test") });

        var answer = await alice.GetAsync($"keys/changes?from={before}&to={host.Hub.Snapshot()}");

        Assert.Equal(["@bob:test", "@new:test"], answer.Json["changed"]!.AsArray().Select(static user => (string)user!).Order(StringComparer.Ordinal));
        Assert.Equal("""["@gone:test"]""", answer.Json["left"]!.ToJsonString());
    }

    [Fact]
    public async Task Keys_that_did_not_change_are_no_change()
    {
        await using var host = await KeysHost.StartAsync();
        var alice = await host.EnterAsync("alice", "PHONE", upload: false);
        var keys = alice.DeviceKeys();
        await alice.UploadAsync(keys.DeepClone().AsObject());
        var before = host.Hub.Current(StreamKind.DeviceLists);

        await alice.UploadAsync(keys, new JsonObject { ["signed_curve25519:A"] = alice.PreKey() });
        Assert.Equal(before, host.Hub.Current(StreamKind.DeviceLists));

        await new CrossSigningSet(alice).UploadedAsync();
        Assert.Equal([alice.UserId], await host.Get<IDeviceListStore>().ReadChangedUsersAsync(before, host.Hub.Current(StreamKind.DeviceLists), default));
    }

    [Theory]
    [InlineData("keys/changes?from=s0_0_0_0_0_0_0", "M_MISSING_PARAM")]
    [InlineData("keys/changes?from=nonsense&to=s0_0_0_0_0_0_0", "M_INVALID_PARAM")]
    public async Task Tokens_are_needed_and_checked(string path, string code)
    {
        await using var host = await KeysHost.StartAsync();
        var alice = await host.EnterAsync("alice", "PHONE");

        var answer = await alice.GetAsync(path);

        Assert.Equal((400, code), (answer.Status, answer.Code));
    }
}
