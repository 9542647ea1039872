using Hybrid.Conformance.Tests.Running;

namespace Hybrid.Conformance.Tests.Chapters;

/// <summary>E-mail addresses and telephone numbers of accounts.</summary>
static class ThirdPartyIdentifiers
{
    public static Examples AddThirdPartyIdentifiers(this Examples examples) => examples
        .Add("getAccount3PIDs")
        .Add("post3PIDs", static _ => new Call { Body = """{"three_pid_creds":{"client_secret":"secret","sid":"1","id_server":"id.example.org","id_access_token":"t"}}""" })
        .Add("add3PID", static story => new Call { Body = $$$"""{"client_secret":"secret","sid":"1","auth":{{{Story.Confirmation(story.Alice)}}}}""" })
        .Add("bind3PID", static _ => new Call { Body = """{"client_secret":"secret","sid":"1","id_server":"id.example.org","id_access_token":"t"}""" })
        .Add("delete3pidFromAccount", static _ => new Call { Body = """{"medium":"email","address":"alice@example.org"}""" })
        .Add("unbind3pidFromAccount", static _ => new Call { Body = """{"medium":"email","address":"alice@example.org"}""" })
        .Add("requestTokenTo3PIDEmail", static story => Email(story))
        .Add("requestTokenToRegisterEmail", static story => Email(story))
        .Add("requestTokenToResetPasswordEmail", static _ => new Call { Body = """{"client_secret":"secret","email":"alice@example.org","send_attempt":1}""" })
        .Add("requestTokenTo3PIDMSISDN", static story => Telephone(story))
        .Add("requestTokenToRegisterMSISDN", static story => Telephone(story))
        .Add("requestTokenToResetPasswordMSISDN", static _ => new Call { Body = """{"client_secret":"secret","country":"GB","phone_number":"07700900001","send_attempt":1}""" });

    static Call Email(Story story) => new() { Body = $$"""{"client_secret":"secret","email":"{{story.Name("box")}}@example.org","send_attempt":1}""" };

    static Call Telephone(Story story) =>
        new() { Body = $$"""{"client_secret":"{{story.Name("secret")}}","country":"GB","phone_number":"07700900002","send_attempt":1}""" };
}
