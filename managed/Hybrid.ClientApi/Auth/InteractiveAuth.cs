using System.Text.Json;
using Hybrid.Accounts;
using Hybrid.Accounts.Login;
using Hybrid.Accounts.SingleSignOn;
using Hybrid.Accounts.ThirdParty;
using Hybrid.ClientApi.OAuth;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.Auth;
using Hybrid.Storage.Accounts;
using Hybrid.Storage.ThirdParty;

namespace Hybrid.ClientApi.Auth;

/// <summary>How authentication went: the challenge to answer with, or null and what was proven.</summary>
readonly record struct InteractiveOutcome(Reply? Challenge, string? RegistrationToken, AddressProof? Address);

/// <summary>
/// Lets people confirm a request (specification, client-server API, "User-Interactive Authentication API"). The request is
/// refused with <c>401</c> and a list of stages until the client repeats it with the stages done, under <c>auth</c>.
/// </summary>
public sealed class InteractiveAuth(
    InteractiveSessions sessions, PasswordAttempts passwords, LoginIdentifiers identifiers, RegistrationTokens tokens, AddressProofs proofs,
    IAddressMessages messages, IEnumerable<ISignOnProvider> providers, SignOnAccounts signOn, IEnumerable<OAuthConfirmation> oauth,
    IAccountStore accounts, AccountOptions options)
{
    const string Password = "m.login.password";
    internal const string Dummy = "m.login.dummy";
    internal const string RegistrationToken = "m.login.registration_token";
    const string Email = "m.login.email.identity";
    const string Telephone = "m.login.msisdn";
    internal const string SignOn = "m.login.sso";

    /// <summary>
    /// Null when the request is authenticated and may go on, else the <c>401</c> to answer with. The request must have a JSON
    /// body. <c>M_FORBIDDEN</c> when the session was begun for another request.
    /// </summary>
    public async ValueTask<Reply?> RequireAsync(ApiRequest request, InteractivePurpose purpose, CancellationToken cancellationToken) =>
        IsTrusted(request.Caller, purpose) ? null : (await RunAsync(request, purpose, cancellationToken)).Challenge;

    /// <summary>As <see cref="RequireAsync"/>; a registration token that comes with the outcome is the caller's to release.</summary>
    internal async ValueTask<InteractiveOutcome> RunAsync(ApiRequest request, InteractivePurpose purpose, CancellationToken cancellationToken)
    {
        using var document = JsonDocument.Parse(await request.ReadObjectAsync(cancellationToken), new JsonDocumentOptions { MaxDepth = 100 });
        var body = document.RootElement;

        // Registration has no caller to protect, and clients ask for its flows with an empty body first.
        var operation = OperationDigest.Of(request, purpose == InteractivePurpose.Registration ? null : body);
        if (!body.TryGetProperty("auth", out var auth) || auth.ValueKind == JsonValueKind.Null)
            return Conclude(await BeginAsync());
        if (auth.ValueKind != JsonValueKind.Object)
            throw new MatrixException(MatrixError.BadJson("'auth' must be an object."));

        // A session that is not known, as after a restart, is begun anew: every stage is checked all the same.
        var session = Text(auth, "session") is { } id && sessions.TryFind(id, out var found) ? found : await BeginAsync();
        if (session.Operation != operation)
            throw new MatrixException(MatrixError.Forbidden("The session was begun for another request."));

        if (Text(auth, "type") is { } stage && session.Next is { Count: > 0 } next && !session.Completed.Contains(stage))
        {
            var refused = next.Contains(stage)
                ? await CompleteAsync(request, session, stage, auth, cancellationToken)
                : MatrixError.Forbidden($"The next stage is {string.Join(" or ", next)}.");
            if (refused is not null)
                return Challenge(session, refused);
        }

        var outcome = Conclude(session);
        return outcome.Challenge is not null && session.Next.Count == 0 ? Challenge(await BeginAsync()) : outcome;

        // What is allowed on a page is waited for: clients ask again and again, some of them without the session.
        async ValueTask<InteractiveSession> BeginAsync() =>
            purpose == InteractivePurpose.UploadSigningKeys && await IsOAuthAsync(request, cancellationToken)
                ? sessions.FindOrCreate(operation, OAuthConfirmation.Flows, request.Caller.UserId)
                : sessions.Create(operation, await FlowsAsync(purpose, request.CallerOrNull, cancellationToken), request.CallerOrNull?.UserId);
    }

    async ValueTask<bool> IsOAuthAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        foreach (var confirmation in oauth)
        {
            if (await confirmation.IsNeededAsync(request.AccessToken, cancellationToken))
                return true;
        }

        return false;
    }

    InteractiveOutcome Conclude(InteractiveSession session) =>
        session.Next.Count == 0 && sessions.TryConsume(session) ? new InteractiveOutcome(null, session.RegistrationToken, session.Address) : Challenge(session);

    /// <summary>
    /// Completes the next stage of a session apart from its request, as the fallback page does; false when the session is not
    /// known, waits for another stage, or what was given is not right. A stage that is done already counts as completed.
    /// </summary>
    internal async ValueTask<bool> TryCompleteOutOfBandAsync(string sessionId, string stage, string? token, CancellationToken cancellationToken)
    {
        if (!sessions.TryFind(sessionId, out var session))
            return false;
        if (session.Completed.Contains(stage))
            return true;
        if (!session.Next.Contains(stage))
            return false;

        return stage switch
        {
            Dummy => session.TryComplete(stage),
            RegistrationToken => token is not null && await ReserveTokenAsync(session, token, cancellationToken) is null,
            _ => false,
        };
    }

    // Application services have nothing to confirm with; what they may do so is listed (application service API, "Device management", "Cross-signing").
    static bool IsTrusted(Caller caller, InteractivePurpose purpose) =>
        caller.AppServiceId is not null && purpose is (InteractivePurpose.DeleteDevices or InteractivePurpose.UploadSigningKeys);

    /// <summary>The ways to prove an address; none when no message can be sent to any.</summary>
    internal IEnumerable<string> AddressStages => new[] { (Email, ThirdPartyAddress.Email), (Telephone, ThirdPartyAddress.Telephone) }
        .Where(stage => messages.Reaches(stage.Item2)).Select(static stage => stage.Item1);

    // Whoever registers may prove an address on the way, so that the account has it from the start.
    async ValueTask<IReadOnlyList<IReadOnlyList<string>>> FlowsAsync(InteractivePurpose purpose, Caller? caller, CancellationToken cancellationToken) => purpose switch
    {
        InteractivePurpose.Registration when options.Registration == RegistrationMode.Token =>
            [[RegistrationToken], .. AddressStages.Select(static stage => (string[])[stage, RegistrationToken])],
        InteractivePurpose.Registration => [[Dummy], .. AddressStages.Select(static stage => (string[])[stage])],
        InteractivePurpose.ResetPassword => [.. AddressStages.Select(static stage => (string[])[stage])],
        _ when caller is not null && await SignsOnAsync(caller.UserId, cancellationToken) =>
            (await accounts.FindAsync(caller.UserId, cancellationToken))?.PasswordHash is null ? [[SignOn]] : [[Password], [SignOn]],
        _ => [[Password]],
    };

    async ValueTask<bool> SignsOnAsync(UserId userId, CancellationToken cancellationToken)
    {
        foreach (var provider in providers)
        {
            if (await signOn.HasAsync(userId, provider.Issuer, cancellationToken))
                return true;
        }

        return false;
    }

    /// <summary>Completes the sign-on stage of a session; false when the session does not wait for it, or someone else has signed on.</summary>
    internal async ValueTask<bool> TryCompleteSignOnAsync(string sessionId, ExternalIdentity identity, CancellationToken cancellationToken) =>
        sessions.TryFind(sessionId, out var session)
        && session is { User: { } userId } && session.Next.Contains(SignOn)
        && await signOn.IsOfAsync(identity, userId, cancellationToken)
        && session.TryComplete(SignOn);

    async ValueTask<MatrixError?> CompleteAsync(
        ApiRequest request, InteractiveSession session, string stage, JsonElement auth, CancellationToken cancellationToken)
    {
        switch (stage)
        {
            case Password:
                if (await CheckPasswordAsync(request.Caller, auth, cancellationToken) is { } wrong)
                    return wrong;
                session.TryComplete(stage);
                return null;
            case RegistrationToken:
                var token = Text(auth, "token") ?? throw new MatrixException(MatrixError.MissingParam("'auth' has no 'token'."));
                return await ReserveTokenAsync(session, token, cancellationToken);
            case OAuthConfirmation.Stage or OAuthConfirmation.OldStage:
                return MatrixError.Of(401, "M_UNAUTHORIZED", "It is not allowed yet, on the page that the parameters name.");
            case SignOn:
                return MatrixError.Of(401, "M_UNAUTHORIZED", "Sign on in a browser, on the fallback page.");
            case Email or Telephone:
                return await TakeAddressAsync(session, stage, auth, cancellationToken);
            default:
                session.TryComplete(stage);
                return null;
        }
    }

    async ValueTask<MatrixError?> CheckPasswordAsync(Caller caller, JsonElement auth, CancellationToken cancellationToken)
    {
        var password = Text(auth, "password") ?? throw new MatrixException(MatrixError.MissingParam("'auth' has no 'password'."));
        var identifier = Identifier(auth) ?? throw new MatrixException(MatrixError.MissingParam("'auth' has no 'identifier'."));
        var user = await identifiers.ResolveAsync(identifier, cancellationToken);
        if (user is null && identifier.Type is LoginIdentifiers.ThirdParty or LoginIdentifiers.Phone)
            throw new MatrixException(MatrixError.Forbidden("The identifier is not known."));
        if (user != caller.UserId)
            return MatrixError.Forbidden("The password to give is that of the account that makes the request.");

        var error = (await passwords.VerifyAsync(caller.UserId, password, cancellationToken)).Error;
        return error is { Status: not 403 } ? throw new MatrixException(error) : error;
    }

    async ValueTask<MatrixError?> ReserveTokenAsync(InteractiveSession session, string token, CancellationToken cancellationToken)
    {
        if (!await tokens.TryReserveAsync(token, cancellationToken))
            return MatrixError.Of(401, "M_UNAUTHORIZED", "The registration token is not valid, or no longer.");
        if (!session.TryComplete(RegistrationToken, token))
            tokens.Release(token);
        return null;
    }

    async ValueTask<MatrixError?> TakeAddressAsync(InteractiveSession session, string stage, JsonElement auth, CancellationToken cancellationToken)
    {
        // Old clients write the name in one word.
        if (!(auth.TryGetProperty("threepid_creds", out var proven) || auth.TryGetProperty("threepidCreds", out proven)) || proven.ValueKind != JsonValueKind.Object)
            throw new MatrixException(MatrixError.MissingParam("'auth' has no 'threepid_creds'."));
        var (sid, secret) = (Text(proven, "sid"), Text(proven, "client_secret"));
        if (sid is null || secret is null)
            throw new MatrixException(MatrixError.MissingParam("'threepid_creds' needs 'sid' and 'client_secret'."));

        var medium = stage == Email ? ThirdPartyAddress.Email : ThirdPartyAddress.Telephone;
        if (await proofs.FindAsync(sid, secret, cancellationToken) is not { } found || found.Address.Medium != medium || await proofs.TakeAsync(sid, secret, cancellationToken) is not { } proof)
            return MatrixError.Of(401, "M_UNAUTHORIZED", "The address is not validated yet.");

        session.TryComplete(stage, address: proof);
        return null;
    }

    static UserIdentifier? Identifier(JsonElement auth)
    {
        if (!auth.TryGetProperty("identifier", out var identifier) || identifier.ValueKind == JsonValueKind.Null)
            return Text(auth, "user") is { } user ? new UserIdentifier(LoginIdentifiers.User, user) : null;

        try
        {
            return identifier.Deserialize(AuthJson.Default.UserIdentifier);
        }
        catch (JsonException)
        {
            throw new MatrixException(MatrixError.BadJson("'identifier' has the wrong shape."));
        }
    }

    static string? Text(JsonElement element, string name)
    {
        if (!element.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
            return null;

        return value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : throw new MatrixException(MatrixError.BadJson($"'{name}' must be a string."));
    }

    InteractiveOutcome Challenge(InteractiveSession session, MatrixError? error = null) =>
        new(Reply.Write(writer => Write(writer, session, error), 401), null, null);

    void Write(Utf8JsonWriter writer, InteractiveSession session, MatrixError? error)
    {
        writer.WriteStartObject();
        if (error is not null)
        {
            writer.WriteString("errcode"u8, error.Code);
            writer.WriteString("error"u8, error.Message);
        }

        writer.WriteStartArray("flows"u8);
        foreach (var flow in session.Flows)
        {
            writer.WriteStartObject();
            WriteList(writer, "stages"u8, flow);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartObject("params"u8);
        if (ReferenceEquals(session.Flows, OAuthConfirmation.Flows))
        {
            foreach (var confirmation in oauth)
                confirmation.WriteParameters(writer, session.Id);
        }

        writer.WriteEndObject();
        writer.WriteString("session"u8, session.Id);
        WriteList(writer, "completed"u8, session.Completed);
        writer.WriteEndObject();
    }

    static void WriteList(Utf8JsonWriter writer, ReadOnlySpan<byte> name, IReadOnlyList<string> items)
    {
        writer.WriteStartArray(name);
        foreach (var item in items)
            writer.WriteStringValue(item);
        writer.WriteEndArray();
    }
}
