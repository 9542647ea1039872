using Hybrid.ClientApi.Auth;
using Hybrid.Http;
using Microsoft.AspNetCore.Http;

namespace Hybrid.ClientApi.OAuth;

/// <summary>People allow a client of theirs to replace their cross-signing keys: exactly those that it has asked for (MSC4312).</summary>
sealed class KeyResetSection(InteractiveSessions sessions) : AccountSection
{
    internal const string ActionName = "org.matrix.cross_signing_reset";

    public override string Title => "Reset your identity";

    public override ValueTask<Reply> ShowAsync(ApiRequest request, WebSession session, CancellationToken cancellationToken) =>
        new(Find(request, session) is null ? NothingAsked() : PlainPage.Show(
            Title,
            $"""
            <p>An app of <strong>{Encode(session.UserId.Value)}</strong> wants to replace the keys by which other people know that it is you. Everyone who has
            verified you has to do so again, and messages of which no device and no backup has the keys stay unreadable.</p>
            <form method="post">{TokenField(session)}
            <p><button name="action" value="allow">Replace the keys</button> <button name="action" value="deny">Do not</button></p></form>
            <p>If you did not ask for this in an app just now, do not: someone may have got hold of your account.</p>
            """));

    public override ValueTask<Reply> TakeAsync(ApiRequest request, WebSession session, IFormCollection form, CancellationToken cancellationToken)
    {
        if (form["action"] != "allow")
            return new(Pages.Say(Title, "Nothing was changed."));

        return new(Find(request, session)?.TryComplete(OAuthConfirmation.Stage) == true
            ? Pages.Say(Title, "Your app can replace the keys now. Go back to it.")
            : NothingAsked());
    }

    InteractiveSession? Find(ApiRequest request, WebSession session) =>
        request.Query("session") is { } id && sessions.TryFind(id, out var found) && found.User == session.UserId && found.Next.Contains(OAuthConfirmation.Stage)
            ? found
            : null;

    Reply NothingAsked() => Pages.Say(Title, "No app of yours waits for this, or no longer. Begin in the app.", 404);
}
