using Hybrid.ClientApi.Tests.Hosting;

namespace Hybrid.Conformance.Tests.Running;

/// <summary>Someone else, with what a caller has no business with.</summary>
sealed class Outsider(TestUser user)
{
    /// <summary>What no answer may contain: rooms say it where the caller may not read.</summary>
    public const string Secret = "nothing for strangers";

    public TestUser User { get; } = user;

    /// <summary>A room that nobody else was ever in, and a message in it.</summary>
    public async Task<(string Room, string Event)> HiddenRoomAsync()
    {
        var room = await User.CreateRoomAsync($$"""{"preset":"private_chat","name":"{{Secret}}"}""");
        return (room, await User.SayAsync(room, Secret));
    }

    /// <summary>A room that the caller is out of, and a message that was sent when they were.</summary>
    public async Task<(string Room, string Event)> FormerRoomAsync(TestUser caller, bool banned)
    {
        var room = await User.CreateRoomAsync("""{"preset":"private_chat","name":"Hall"}""");
        (await User.InRoomAsync(room, "invite", About(caller))).Ok.Clear();
        (await caller.InRoomAsync(room, "join")).Ok.Clear();
        if (banned)
            (await User.InRoomAsync(room, "ban", About(caller))).Ok.Clear();
        else
            (await caller.InRoomAsync(room, "leave")).Ok.Clear();
        (await User.SetStateAsync(room, "m.room.topic", "", $$"""{"topic":"{{Secret}}"}""")).Ok.Clear();
        return (room, await User.SayAsync(room, Secret));
    }

    static string About(TestUser user) => $$"""{"user_id":"{{user.UserId}}"}""";
}
