using Hybrid.Accounts.Login;
using Hybrid.Accounts.ThirdParty;
using Hybrid.ClientApi.Auth;
using Hybrid.Http;
using Hybrid.Storage.Accounts;
using Microsoft.AspNetCore.Http;

namespace Hybrid.ClientApi.OAuth;

/// <summary>People end their account, as <c>POST /account/deactivate</c> does. Those without a password, who sign on elsewhere, type who they are.</summary>
sealed class DeactivationSection(
    IAccountStore accounts, PasswordAttempts passwords, AccountAddresses addresses, AccountDeactivation deactivation, WebSessions sessions) : AccountSection
{
    internal const string ActionName = "org.matrix.account_deactivate";

    public override string Title => "Delete your account";

    public override async ValueTask<Reply> ShowAsync(ApiRequest request, WebSession session, CancellationToken cancellationToken) =>
        Form(session, await HasPasswordAsync(session, cancellationToken));

    public override async ValueTask<Reply> TakeAsync(ApiRequest request, WebSession session, IFormCollection form, CancellationToken cancellationToken)
    {
        if (form["action"] != "deactivate")
            return Pages.Say(Title, "This takes the form of the page.", 400);

        var hasPassword = await HasPasswordAsync(session, cancellationToken);
        if (hasPassword && (await passwords.VerifyAsync(session.UserId, form["password"].ToString(), cancellationToken)).Error is { } wrong)
            return Form(session, hasPassword, wrong.Message);
        if (!hasPassword && form["user_id"] != session.UserId.Value)
            return Form(session, hasPassword, "That is another name.");

        // While it is known which identity servers have heard of the account. The account goes whether they listen or not.
        await addresses.UnbindAllAsync(session.UserId, cancellationToken);
        if ((await deactivation.DeactivateAsync(session.UserId, form["erase"] == "yes", cancellationToken)).Error is { } refused)
            return Pages.Say(Title, refused.Message, refused.Status);

        sessions.End(request.Http);
        return Pages.Say(Title, "The account is gone.");
    }

    Reply Form(WebSession session, bool hasPassword, string? problem = null)
    {
        var warning = problem is null ? "" : $"<p role=\"alert\">{Encode(problem)}</p>";
        var proof = hasPassword
            ? """<p><label>Your password <input name="password" type="password" required autocomplete="current-password"></label></p>"""
            : """<p><label>Type who you are, as it stands above <input name="user_id" required autocomplete="off"></label></p>""";
        return PlainPage.Show(
            Title,
            $"""
            {warning}<p><strong>{Encode(session.UserId.Value)}</strong> leaves all rooms and can never be used again, by anyone. This cannot be undone.</p>
            <form method="post">{TokenField(session)}{proof}
            <p><label><input type="checkbox" name="erase" value="yes"> Hide my messages from people who join later</label></p>
            <p><button name="action" value="deactivate">Delete the account</button></p></form>
            <p><a href="{OAuthPaths.Account}">Keep it</a></p>
            """,
            problem is null ? 200 : 403);
    }

    async ValueTask<bool> HasPasswordAsync(WebSession session, CancellationToken cancellationToken) =>
        (await accounts.FindAsync(session.UserId, cancellationToken))?.PasswordHash is not null;
}
