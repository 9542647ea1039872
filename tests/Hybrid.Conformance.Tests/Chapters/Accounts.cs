using Hybrid.Conformance.Tests.Running;

namespace Hybrid.Conformance.Tests.Chapters;

/// <summary>Registration, passwords, the end of an account.</summary>
static class Accounts
{
    public static Examples AddAccounts(this Examples examples) => examples
        .Add("register", static story => new Call
        {
            Body = $$$"""{"username":"{{{story.Name("new")}}}","password":"{{{Story.Password}}}","auth":{"type":"m.login.dummy"}}""",
        })
        .Add("register", static story => new Call { Body = $$"""{"username":"{{story.Name("new")}}","password":"{{Story.Password}}"}""", Status = 401 })
        .Add("register", static _ => new Call { Body = """{"username":"Not OK"}""", Status = 400 })
        .Add("checkUsernameAvailability", static story => new Call { Query = "username=" + story.Name("free") })
        .Add("checkUsernameAvailability", static _ => new Call { Query = "username=alice", Status = 400 })
        .Add("registrationTokenValidity", static _ => new Call { Query = "token=unknown" })
        .Add("changePassword", static async story =>
        {
            var user = await story.UserAsync();
            return new Call { As = user, Body = $$$"""{"new_password":"{{{Story.Password}}} 2","auth":{{{Story.Confirmation(user)}}}}""" };
        })
        .Add("changePassword", static _ => new Call { Body = """{"new_password":"another horse battery"}""", Status = 401 })
        .Add("deactivateAccount", static async story =>
        {
            var user = await story.UserAsync();
            return new Call { As = user, Body = $$$"""{"auth":{{{Story.Confirmation(user)}}}}""" };
        })
        .Add("deactivateAccount", static _ => new Call { Body = "{}", Status = 401 });
}
