using Hybrid.Accounts;
using Hybrid.Accounts.ThirdParty;
using Hybrid.ClientApi.Account;
using Hybrid.Http;
using Hybrid.Http.Limits;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.ThirdParty;
using Hybrid.Storage.ThirdParty;

namespace Hybrid.ClientApi.ThirdParty;

/// <summary>What all <c>…/requestToken</c> have in common: who may ask, how often, and the answer.</summary>
public sealed class AddressRequests(
    AddressProofs proofs, AccountAddresses addresses, ServerDiscovery discovery, AccountOptions options, RateLimitOptions limits, TimeProvider time)
{
    const int MaxAddresses = 50_000;
    const int MaxSecret = 255;
    const int MaxLink = 2048;

    readonly TokenBuckets<ThirdPartyAddress> _messages = new(limits.AddressMessage, time, MaxAddresses);

    /// <summary>The routes of a medium, one for each purpose.</summary>
    internal static IReadOnlyList<EndpointRoute> Routes(string medium) =>
        [.. new[] { "account/3pid", "account/password", "register" }.Select(of => new EndpointRoute("POST", $"/_matrix/client/v3/{of}/{medium}/requestToken", Access.Anyone, RateClass.Login))];

    /// <summary>
    /// Sends a token to the address. Beside what <see cref="AddressProofs.BeginAsync"/> refuses: <c>M_THREEPID_IN_USE</c> for an address that is
    /// to be new, <c>M_THREEPID_NOT_FOUND</c> for a password of no account.
    /// </summary>
    internal async ValueTask<Result<Reply>> RequestAsync(ApiRequest request, RequestTokenBody body, ThirdPartyAddress address, CancellationToken cancellationToken)
    {
        if (body is not { ClientSecret: { } secret, SendAttempt: { } attempt })
            return MatrixError.MissingParam("'client_secret' and 'send_attempt' are needed.");
        if (secret.Length is 0 or > MaxSecret || !secret.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '=' or '_' or '-'))
            return MatrixError.InvalidParam("'client_secret' has 1 to 255 characters of a-z A-Z 0-9 . = _ -");
        if (!TryLink(body.NextLink, out var next))
            return MatrixError.InvalidParam("'next_link' is no http or https URL.");

        var purpose = Purpose(request.Http.Request.Path.Value!);
        if (await RefuseAsync(purpose, address, cancellationToken) is { } refused)
            return refused;
        if (limits.Enabled && _messages.Take(address) is { } wait)
            return MatrixError.LimitExceeded(wait);

        var proof = new ProofRequest(address, secret, attempt, next);
        var isEmail = address.Medium == ThirdPartyAddress.Email;
        var begun = await proofs.BeginAsync(proof, purpose, isEmail ? (sid, token) => Submit(address.Medium, $"?sid={sid}&client_secret={secret}&token={token}") : null, cancellationToken);
        return begun.TryGet(out var sid, out var error)
            ? Reply.Json(new RequestTokenAnswer(sid, isEmail ? null : Submit(address.Medium, "").AbsoluteUri), ThirdPartyJson.Default.RequestTokenAnswer)
            : error;
    }

    async ValueTask<MatrixError?> RefuseAsync(AddressPurpose purpose, ThirdPartyAddress address, CancellationToken cancellationToken)
    {
        if (purpose == AddressPurpose.Registration && options.Registration == RegistrationMode.Closed)
            return MatrixError.Forbidden("Registration is closed.");

        var owner = await addresses.FindOwnerAsync(address, cancellationToken);
        return (purpose, owner) switch
        {
            (AddressPurpose.PasswordReset, null) => MatrixError.Of(400, "M_THREEPID_NOT_FOUND", "No account has this address."),
            (AddressPurpose.Registration or AddressPurpose.Addition, not null) => AccountAddresses.InUse,
            _ => null,
        };
    }

    Uri Submit(string medium, string query) => new(
        discovery.ClientBaseUrl ?? throw new InvalidOperationException("A server that sends links has a URL."),
        SubmitTokenEndpoint.Path.Replace("{medium}", medium, StringComparison.Ordinal) + query);

    static AddressPurpose Purpose(string path) =>
        path.Contains("/register/", StringComparison.Ordinal) ? AddressPurpose.Registration
        : path.Contains("/account/password/", StringComparison.Ordinal) ? AddressPurpose.PasswordReset
        : AddressPurpose.Addition;

    static bool TryLink(string? text, out Uri? link)
    {
        link = null;
        return text is null || (text.Length <= MaxLink && Uri.TryCreate(text, UriKind.Absolute, out link) && (link.Scheme == Uri.UriSchemeHttps || link.Scheme == Uri.UriSchemeHttp));
    }
}
