using Hybrid.Conformance.Tests.Running;

namespace Hybrid.Conformance.Tests.Chapters;

/// <summary>Who is in a room.</summary>
static class Membership
{
    const string Closed = """{"initial_state":[{"type":"m.room.join_rules","content":{"join_rule":"knock"}}]}""";

    public static Examples AddMembership(this Examples examples) => examples
        .Add("getJoinedRooms")
        .Add("joinRoom", static async story => new Call { As = await story.UserAsync(), Path = [("roomIdOrAlias", story.Alias)], Body = """{"reason":"why not"}""" })
        .Add("joinRoom", static async story => new Call { As = story.Bob, Path = [("roomIdOrAlias", await story.RoomAsync("{}"))], Body = "{}", Status = 403 })
        .Add("joinRoomById", static async story => new Call { As = await story.UserAsync(), Body = "{}" })
        .Add("joinRoomById", static async story => new Call { As = story.Bob, Path = [("roomId", await story.RoomAsync("{}"))], Body = "{}", Status = 403 })
        .Add("knockRoom", static async story => new Call { As = story.Bob, Path = [("roomIdOrAlias", await story.RoomAsync(Closed))], Body = """{"reason":"please"}""" })
        .Add("knockRoom", static async story => new Call { As = story.Bob, Path = [("roomIdOrAlias", await story.RoomAsync("{}"))], Body = "{}", Status = 403 })
        .Add("inviteUser", static async story => About(await story.UserAsync()))
        .Add("inviteUser", static async story => About(story.Bob) with { As = await story.UserAsync(), Status = 403 })
        .Add("inviteBy3PID", static story => new Call { Body = $$"""{"id_server":"{{story.Service.IdentityServer}}","id_access_token":"t","medium":"email","address":"someone@example.org"}""" })
        .Add("kick", static async story => About(await MemberAsync(story)))
        .Add("kick", static story => About(story.Alice) with { As = story.Bob, Status = 403 })
        .Add("ban", static async story => About(await story.UserAsync()))
        .Add("ban", static story => About(story.Alice) with { As = story.Bob, Status = 403 })
        .Add("unban", static async story =>
        {
            var user = await story.UserAsync();
            (await story.Alice.InRoomAsync(story.Room, "ban", About(user).Body!)).Ok.Clear();
            return About(user);
        })
        .Add("unban", static story => About(story.Alice) with { As = story.Bob, Status = 403 })
        .Add("leaveRoom", static async story => new Call { As = await MemberAsync(story), Body = """{"reason":"late"}""" })
        .Add("forgetRoom", static async story =>
        {
            var user = await MemberAsync(story);
            (await user.InRoomAsync(story.Room, "leave")).Ok.Clear();
            return new Call { As = user };
        })
        .Add("forgetRoom", static _ => new Call { Status = 400 });

    static Call About(ClientApi.Tests.Hosting.TestUser user) => new() { Body = $$"""{"user_id":"{{user.UserId}}","reason":"because"}""" };

    static async Task<ClientApi.Tests.Hosting.TestUser> MemberAsync(Story story)
    {
        var user = await story.UserAsync();
        (await user.InRoomAsync(story.Room, "join")).Ok.Clear();
        return user;
    }
}
