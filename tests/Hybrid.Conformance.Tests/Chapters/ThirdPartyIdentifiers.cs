using System.Globalization;
using Hybrid.Conformance.Tests.Running;

namespace Hybrid.Conformance.Tests.Chapters;

/// <summary>E-mail addresses and telephone numbers of accounts, proven with real messages.</summary>
static class ThirdPartyIdentifiers
{
    public static Examples AddThirdPartyIdentifiers(this Examples examples) => examples
        .Add("getAccount3PIDs", static async story =>
        {
            await AddAsync(story, await story.ProveEmailAsync(Email(story)));
            return new Call();
        })
        .Add("post3PIDs", static async story => new Call { Body = Credentials(await story.ProveEmailAsync(Email(story))) })
        .Add("post3PIDs", static _ => new Call { Body = Credentials("\"sid\":\"1\",\"client_secret\":\"none\""), Status = 403 })
        .Add("add3PID", static async story => new Call { Body = $"{{{await story.ProveEmailAsync(Email(story))},\"auth\":{Story.Confirmation(story.Alice)}}}" })
        .Add("add3PID", static _ => new Call { Body = """{"client_secret":"secret","sid":"1"}""", Status = 401 })
        .Add("bind3PID", static story => new Call { Body = $$"""{"client_secret":"secret","sid":"1","id_server":"{{story.Service.IdentityServer}}","id_access_token":"t"}""" })
        .Add("delete3pidFromAccount", static _ => new Call { Body = """{"medium":"email","address":"alice@example.org"}""" })
        .Add("unbind3pidFromAccount", static story => new Call { Body = $$"""{"medium":"email","address":"bound@example.org","id_server":"{{story.Service.IdentityServer}}"}""" })
        .Add("requestTokenTo3PIDEmail", static story => EmailCall(Email(story)))
        .Add("requestTokenToRegisterEmail", static story => EmailCall(Email(story)))
        .Add("requestTokenToResetPasswordEmail", static async story =>
        {
            var address = Email(story);
            await AddAsync(story, await story.ProveEmailAsync(address));
            return EmailCall(address);
        })
        .Add("requestTokenToResetPasswordEmail", static story => EmailCall(Email(story)) with { Status = 400 })
        .Add("requestTokenTo3PIDMSISDN", static story => TelephoneCall(Number(story)))
        .Add("requestTokenToRegisterMSISDN", static story => TelephoneCall(Number(story)))
        .Add("requestTokenToResetPasswordMSISDN", static async story =>
        {
            var number = Number(story);
            await AddAsync(story, await story.ProveTelephoneAsync(number));
            return TelephoneCall(number);
        })
        .Add("requestTokenToResetPasswordMSISDN", static story => TelephoneCall(Number(story)) with { Status = 400 });

    static Call EmailCall(string address) => new() { Body = $$"""{"client_secret":"secret","email":"{{address}}","send_attempt":1}""" };

    static Call TelephoneCall(string number) => new() { Body = $$"""{"client_secret":"secret","country":"GB","phone_number":"{{number}}","send_attempt":1}""" };

    static string Email(Story story) => story.Name("box") + "@example.org";

    static string Number(Story story) => "07700" + int.Parse(story.Name("1"), CultureInfo.InvariantCulture).ToString("000000", CultureInfo.InvariantCulture);

    static string Credentials(string proof) => "{\"three_pid_creds\":{" + proof + ",\"id_server\":\"id.example.org\",\"id_access_token\":\"t\"}}";

    static async Task AddAsync(Story story, string proof)
    {
        var user = await story.UserAsync();
        (await user.PostAsync("account/3pid", Credentials(proof))).Ok.Clear();
    }
}
