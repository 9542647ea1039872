using Hybrid.Accounts.Sessions;
using Hybrid.Http;
using Hybrid.Primitives;
using Microsoft.AspNetCore.Http;

namespace Hybrid.ClientApi.OAuth;

/// <summary>Requests and answers in the shapes of RFC 6749.</summary>
static class OAuthReplies
{
    const int MaxForm = 8192;

    /// <summary>The form of a request; null when it has none, or too large a one.</summary>
    internal static async ValueTask<IFormCollection?> ReadFormAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (!request.HasFormContentType || request.ContentLength is null or > MaxForm)
            return null;

        try
        {
            return await request.ReadFormAsync(cancellationToken);
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    /// <summary>A value of a form; null when it is absent or empty.</summary>
    internal static string? Text(this IFormCollection form, string name) => form[name].ToString() is { Length: > 0 } text ? text : null;

    internal static Reply Tokens(GrantedTokens tokens, string scope) => Reply.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("access_token"u8, tokens.AccessToken);
        writer.WriteString("token_type"u8, "Bearer"u8);
        if (tokens.Lifetime is { } lifetime)
            writer.WriteNumber("expires_in"u8, (long)lifetime.TotalSeconds);
        writer.WriteString("refresh_token"u8, tokens.RefreshToken);
        writer.WriteString("scope"u8, scope);
        writer.WriteEndObject();
    });

    internal static Reply Error(string code, string? description = null, int status = 400) => Reply.Write(
        writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("error"u8, code);
            if (description is not null)
                writer.WriteString("error_description"u8, description);
            writer.WriteEndObject();
        },
        status);

    internal static Reply Error(MatrixError error) => Error(error.Code, error.Message, error.Status);
}
