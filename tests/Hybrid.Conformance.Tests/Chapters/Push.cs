using Hybrid.Conformance.Tests.Running;

namespace Hybrid.Conformance.Tests.Chapters;

/// <summary>Push rules, pushers, notifications.</summary>
static class Push
{
    const string Rule = """{"actions":["notify"],"conditions":[{"kind":"event_match","key":"content.body","pattern":"cake"}]}""";

    public static Examples AddPush(this Examples examples) => examples
        .Add("getPushRules")
        .Add("getPushRulesGlobal")
        .Add("getPushRule")
        .Add("getPushRule", static _ => Unknown)
        .Add("setPushRule", static story => new Call { Path = [("ruleId", story.Name("rule"))], Body = Rule })
        .Add("setPushRule", static story => new Call { Path = [("ruleId", story.Name("rule"))], Query = "before=none", Body = Rule, Status = 400 })
        .Add("deletePushRule", static async story =>
        {
            var rule = story.Name("rule");
            (await story.Alice.PutAsync("pushrules/global/override/" + rule, Rule)).Ok.Clear();
            return new Call { Path = [("ruleId", rule)] };
        })
        .Add("deletePushRule", static _ => Unknown)
        .Add("getPushRuleActions")
        .Add("getPushRuleActions", static _ => Unknown)
        .Add("setPushRuleActions", static _ => new Call { Body = """{"actions":["notify"]}""" })
        .Add("setPushRuleActions", static _ => Unknown with { Body = """{"actions":["notify"]}""" })
        .Add("isPushRuleEnabled")
        .Add("isPushRuleEnabled", static _ => Unknown)
        .Add("setPushRuleEnabled", static _ => new Call { Body = """{"enabled":false}""" })
        .Add("setPushRuleEnabled", static _ => Unknown with { Body = """{"enabled":false}""" })
        .Add("getPushers", static async story =>
        {
            await story.Alice.PostAsync("pushers/set", Pusher("get"));
            return new Call();
        })
        .Add("postPusher", static story => new Call { Body = Pusher(story.Name("set")) })
        .Add("getNotifications", static _ => new Call { Query = "limit=5" });

    static Call Unknown => new() { Path = [("ruleId", "none")], Status = 404 };

    static string Pusher(string key) => $$$"""
        {"pushkey":"{{{key}}}","kind":"http","app_id":"org.example.app","app_display_name":"App","device_display_name":"Phone","lang":"en",
         "data":{"url":"https://push.example.org/_matrix/push/v1/notify","format":"event_id_only"}}
        """;
}
