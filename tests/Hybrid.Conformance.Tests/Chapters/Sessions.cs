using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Hybrid.Conformance.Tests.Running;

namespace Hybrid.Conformance.Tests.Chapters;

/// <summary>Logging in and out.</summary>
static class Sessions
{
    public static Examples AddSessions(this Examples examples) => examples
        .Add("getLoginFlows")
        .Add("login", static story => new Call { Body = Login(story, Story.Password) })
        .Add("login", static story => new Call { Body = Login(story, "wrong horse"), Status = 403 })
        .Add("login", static _ => new Call { Body = """{"type":"m.login.nothing"}""", Status = 400 })
        .Add("refresh", static async story =>
        {
            using var response = await story.Server.Http.PostAsJsonAsync("/_matrix/client/v3/login", JsonNode.Parse(Login(story, Story.Password, refresh: true)));
            return new Call { Body = $$"""{"refresh_token":"{{(await response.Content.ReadFromJsonAsync<JsonObject>())!["refresh_token"]}}"}""" };
        })
        .Add("refresh", static _ => new Call { Body = """{"refresh_token":"nobody's"}""", Status = 401 })
        .Add("generateLoginToken", static story => new Call { Body = $$$"""{"auth":{{{Story.Confirmation(story.Alice)}}}}""" })
        .Add("generateLoginToken", static _ => new Call { Body = "{}", Status = 401 })
        .Add("getTokenOwner")
        .Add("logout", static async story => new Call { As = await story.UserAsync() })
        .Add("logout_all", static async story => new Call { As = await story.UserAsync() })
        .Add("redirectToSSO", static _ => new Call { Query = "redirectUrl=https%3A%2F%2Fclient.example.org%2F", Status = 302 })
        .Add("redirectToIdP", static _ => new Call { Query = "redirectUrl=https%3A%2F%2Fclient.example.org%2F", Status = 302 })
        .Add("redirectToIdP", static _ => new Call { Path = [("idpId", "nobody")], Query = "redirectUrl=https%3A%2F%2Fclient.example.org%2F", Status = 404 })
        .Add("getAuthMetadata");

    static string Login(Story story, string password, bool refresh = false) =>
        $$$"""{"type":"m.login.password","identifier":{"type":"m.id.user","user":"{{{story.Alice.UserId.Localpart}}}"},"password":"{{{password}}}","refresh_token":{{{(refresh ? "true" : "false")}}}}""";
}
