using Hybrid.Conformance.Tests.Running;

namespace Hybrid.Conformance.Tests.Chapters;

/// <summary>Profiles, account data, tags, presence.</summary>
static class UserData
{
    public static Examples AddUserData(this Examples examples) => examples
        .Add("getUserProfile")
        .Add("getUserProfile", static _ => new Call { Path = [("userId", "@none:test.local")], Status = 404 })
        .Add("getProfileField")
        .Add("getProfileField", static _ => new Call { Path = [("keyName", "org.example.none")], Status = 404 })
        .Add("setProfileField", static _ => new Call { Body = """{"displayname":"Alice"}""" })
        .Add("setProfileField", static _ => new Call { Path = [("keyName", "org.example.motto")], Body = """{"org.example.motto":"onward"}""" })
        .Add("setProfileField", static story => new Call { Path = [("userId", story.Bob.UserId.Value)], Body = """{"displayname":"Bobby"}""", Status = 403 })
        .Add("deleteProfileField", static _ => new Call { Path = [("keyName", "org.example.motto")] })
        .Add("deleteProfileField", static story => new Call { Path = [("userId", story.Bob.UserId.Value)], Status = 403 })
        .Add("getAccountData")
        .Add("getAccountData", static _ => new Call { Path = [("type", "org.example.none")], Status = 404 })
        .Add("getAccountData", static story => new Call { Path = [("userId", story.Bob.UserId.Value)], Status = 403 })
        .Add("setAccountData", static _ => new Call { Body = """{"on":true}""" })
        .Add("setAccountData", static _ => new Call { Path = [("type", "m.push_rules")], Body = "{}", Status = 405 })
        .Add("getAccountDataPerRoom")
        .Add("getAccountDataPerRoom", static _ => new Call { Path = [("type", "org.example.none")], Status = 404 })
        .Add("setAccountDataPerRoom", static _ => new Call { Body = """{"on":true}""" })
        .Add("setAccountDataPerRoom", static _ => new Call { Path = [("type", "m.fully_read")], Body = "{}", Status = 405 })
        .Add("getRoomTags")
        .Add("setRoomTag", static _ => new Call { Body = """{"order":0.5}""" })
        .Add("deleteRoomTag", static _ => new Call { Path = [("tag", "u.none")] })
        .Add("setPresence", static _ => new Call { Body = """{"presence":"online","status_msg":"here"}""" })
        .Add("getPresence", static async story =>
        {
            (await story.Alice.PutAsync($"presence/{story.Alice.UserId}/status", """{"presence":"online"}""")).Ok.Clear();
            return new Call();
        })
        .Add("requestOpenIdToken", static _ => new Call { Body = "{}" });
}
