using System.Text.Json;
using Hybrid.Mail;
using Hybrid.Primitives;
using Hybrid.Storage.Push;
using Hybrid.Storage.Streams;

namespace Hybrid.Push.Pushers;

/// <summary>Sets up pushers and takes them away (specification, "Push Notifications").</summary>
public sealed class PusherSetup
{
    /// <summary>The path that every push gateway has (specification, push gateway API).</summary>
    public const string GatewayPath = "/_matrix/push/v1/notify";

    const int MaxAppId = 64;
    const int MaxPushKey = 512;
    const string EmailAppId = "m.email";

    readonly IPusherStore _store;
    readonly PusherRegistry _registry;
    readonly PusherOptions _options;
    readonly IMailSender _mail;
    readonly IOwnedAddresses _addresses;
    readonly StreamHub _hub;
    readonly TimeProvider _time;

    internal PusherSetup(
        IPusherStore store, PusherRegistry registry, PusherOptions options, IMailSender mail, IOwnedAddresses addresses, StreamHub hub, TimeProvider time)
    {
        _store = store;
        _registry = registry;
        _options = options;
        _mail = mail;
        _addresses = addresses;
        _hub = hub;
        _time = time;
    }

    public ValueTask<IReadOnlyList<Pusher>> ListAsync(UserId userId, CancellationToken cancellationToken) => _store.ListAsync(userId, cancellationToken);

    /// <summary>
    /// Adds a pusher, or changes the user's one of the same application and push key. What is wrong with it is <c>M_INVALID_PARAM</c>; an
    /// address that is not the user's <c>M_THREEPID_NOT_FOUND</c>. <see cref="Pusher.UpdatedAt"/>, <see cref="Pusher.Since"/> and the secret are set here.
    /// </summary>
    /// <param name="pusher">The pusher.</param>
    /// <param name="append">Whether other users may have one of the same application and push key.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async ValueTask<Result<Done>> SetAsync(Pusher pusher, bool append, CancellationToken cancellationToken)
    {
        if (CheckName(pusher.AppId, pusher.PushKey) is { } unnamed)
            return unnamed;
        var refused = pusher.Kind switch
        {
            PusherKinds.Http => CheckGateway(pusher.Data),
            PusherKinds.Email => await CheckAddressAsync(pusher, cancellationToken),
            _ => MatrixError.InvalidParam("'kind' is neither http nor email."),
        };
        if (refused is not null)
            return refused;

        var set = pusher with
        {
            UpdatedAt = _time.GetUtcNow(),
            Since = _hub.Current(StreamKind.Events),
            Secret = Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(16)),
        };
        if (await _store.SetAsync(set, append, PusherOptions.MostPerUser - 1, cancellationToken) is not { } number)
            return MatrixError.Of(400, "M_LIMIT_EXCEEDED", $"There are {PusherOptions.MostPerUser} pushers of yours already.");

        _registry.Add(pusher.UserId, number);
        return new Done();
    }

    /// <summary>Takes a pusher away; one that is not there is no error.</summary>
    public async ValueTask<Result<Done>> RemoveAsync(UserId userId, string appId, string pushKey, CancellationToken cancellationToken)
    {
        if (CheckName(appId, pushKey) is { } unnamed)
            return unnamed;

        await _store.RemoveAsync(userId, appId, pushKey, cancellationToken);
        return new Done();
    }

    /// <summary>The pusher that a link in a message names, if the link is not made up.</summary>
    public async ValueTask<Pusher?> FindBySecretAsync(long number, string secret, CancellationToken cancellationToken) =>
        await _store.FindAsync(number, cancellationToken) is { } pusher
        && System.Security.Cryptography.CryptographicOperations.FixedTimeEquals(
            System.Text.Encoding.UTF8.GetBytes(pusher.Secret), System.Text.Encoding.UTF8.GetBytes(secret))
            ? pusher
            : null;

    static MatrixError? CheckName(string appId, string pushKey)
    {
        if (appId.Length is 0 or > MaxAppId)
            return MatrixError.InvalidParam($"'app_id' must have 1 to {MaxAppId} characters.");
        return System.Text.Encoding.UTF8.GetByteCount(pushKey) is 0 or > MaxPushKey
            ? MatrixError.InvalidParam($"'pushkey' must have 1 to {MaxPushKey} bytes.")
            : null;
    }

    MatrixError? CheckGateway(string data)
    {
        if (GatewayOf(data) is not { } url)
            return MatrixError.InvalidParam("'data.url' must be the URL of a push gateway.");
        if (url.AbsolutePath != GatewayPath || url.UserInfo != "" || url.Fragment != "")
            return MatrixError.InvalidParam($"'data.url' must have the path '{GatewayPath}'.");
        return url.Scheme == Uri.UriSchemeHttps || (_options.AllowPrivateAddresses && url.Scheme == Uri.UriSchemeHttp)
            ? null
            : MatrixError.InvalidParam("'data.url' must be an https URL.");
    }

    async ValueTask<MatrixError?> CheckAddressAsync(Pusher pusher, CancellationToken cancellationToken)
    {
        if (!_mail.IsSetUp)
            return MatrixError.Of(400, "M_UNKNOWN", "This server sends no mail.");
        if (pusher.AppId != EmailAppId)
            return MatrixError.InvalidParam($"'app_id' of an e-mail pusher is '{EmailAppId}'.");
        return EmailAddress.TryParse(pusher.PushKey, out var address) && await _addresses.OwnsAsync(pusher.UserId, address, cancellationToken)
            ? null
            : MatrixError.Of(400, "M_THREEPID_NOT_FOUND", "The address is none of your account.");
    }

    internal static Uri? GatewayOf(string data)
    {
        using var parsed = JsonDocument.Parse(data);
        return parsed.RootElement.TryGetProperty("url", out var url) && url.ValueKind == JsonValueKind.String
            && Uri.TryCreate(url.GetString(), UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            ? address
            : null;
    }
}
