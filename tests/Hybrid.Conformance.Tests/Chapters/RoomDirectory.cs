using Hybrid.Conformance.Tests.Running;

namespace Hybrid.Conformance.Tests.Chapters;

/// <summary>Aliases, the room directory, summaries and spaces.</summary>
static class RoomDirectory
{
    public static Examples AddRoomDirectory(this Examples examples) => examples
        .Add("getRoomIdByAlias")
        .Add("getRoomIdByAlias", static _ => new Call { Path = [("roomAlias", "#none:test.local")], Status = 404 })
        .Add("getRoomIdByAlias", static _ => new Call { Path = [("roomAlias", "none")], Status = 400 })
        .Add("setRoomAlias", static story => new Call { Path = [("roomAlias", Alias(story))], Body = $$"""{"room_id":"{{story.Room}}"}""" })
        .Add("setRoomAlias", static story => new Call { Body = $$"""{"room_id":"{{story.Room}}"}""", Status = 409 })
        .Add("deleteRoomAlias", static async story =>
        {
            var alias = Alias(story);
            (await story.Alice.PutAsync("directory/room/" + Uri.EscapeDataString(alias), $$"""{"room_id":"{{story.Room}}"}""")).Ok.Clear();
            return new Call { Path = [("roomAlias", alias)] };
        })
        .Add("deleteRoomAlias", static _ => new Call { Path = [("roomAlias", "#none:test.local")], Status = 404 })
        .Add("getLocalAliases")
        .Add("getRoomVisibilityOnDirectory")
        .Add("getRoomVisibilityOnDirectory", static _ => new Call { Path = [("roomId", "!none:test.local")], Status = 404 })
        .Add("setRoomVisibilityOnDirectory", static _ => new Call { Body = """{"visibility":"public"}""" })
        .Add("getPublicRooms", static _ => new Call { Query = "limit=5" })
        .Add("queryPublicRooms", static _ => new Call { Body = """{"limit":5,"filter":{"generic_search_term":"town","room_types":[null]}}""" })
        .Add("getRoomSummary", static story => new Call { Path = [("roomIdOrAlias", story.Alias)] })
        .Add("getRoomSummary", static _ => new Call { Path = [("roomIdOrAlias", "!none:test.local")], Status = 404 })
        .Add("getMutualRooms", static story => new Call { Query = "user_id=" + Uri.EscapeDataString(story.Bob.UserId.Value) })
        .Add("getSpaceHierarchy", static async story =>
        {
            var space = await story.RoomAsync("""{"preset":"public_chat","creation_content":{"type":"m.space"}}""");
            (await story.Alice.SetStateAsync(space, "m.space.child", story.Room, """{"via":["test.local"]}""")).Ok.Clear();
            return new Call { Path = [("roomId", space)] };
        })
        .Add("getSpaceHierarchy", static _ => new Call { Path = [("roomId", "!none:test.local")], Status = 403 });

    static string Alias(Story story) => $"#{story.Name("street")}:test.local";
}
