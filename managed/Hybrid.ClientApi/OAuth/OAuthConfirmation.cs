using System.Text.Json;
using Hybrid.Storage.Accounts;
using Hybrid.Storage.OAuth;

namespace Hybrid.ClientApi.OAuth;

/// <summary>
/// How sessions that came about through the OAuth 2.0 API confirm a request: on the account page (specification, client-server API, "OAuth
/// authentication"; MSC4312).
/// </summary>
public sealed class OAuthConfirmation(IOAuthStore grants, OAuthPaths paths, OAuthOptions options)
{
    internal const string Stage = "m.oauth";

    /// <summary>Its name before the specification had it, for clients that came before.</summary>
    internal const string OldStage = "org.matrix.cross_signing_reset";

    /// <summary>The flows of a session that is confirmed so.</summary>
    internal static IReadOnlyList<IReadOnlyList<string>> Flows { get; } = [[Stage], [OldStage]];

    /// <summary>Whether the access token is one of the OAuth 2.0 API.</summary>
    public async ValueTask<bool> IsNeededAsync(string? accessToken, CancellationToken cancellationToken) =>
        options.Enabled && accessToken is not null && await grants.FindGrantAsync(TokenHash.Of(accessToken), cancellationToken) is not null;

    /// <summary>Writes where people confirm what the session is about.</summary>
    internal void WriteParameters(Utf8JsonWriter writer, string session)
    {
        var url = $"{paths.From(OAuthPaths.Account)}?action={KeyResetSection.ActionName}&session={Uri.EscapeDataString(session)}";
        foreach (var stage in (ReadOnlySpan<string>)[Stage, OldStage])
        {
            writer.WriteStartObject(stage);
            writer.WriteString("url"u8, url);
            writer.WriteEndObject();
        }
    }
}
