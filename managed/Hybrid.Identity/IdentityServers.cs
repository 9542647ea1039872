using System.Buffers.Text;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hybrid.Accounts.ThirdParty;
using Hybrid.Primitives;
using Hybrid.Primitives.Net;
using Hybrid.Storage.ThirdParty;
using Microsoft.Extensions.Logging;

namespace Hybrid.Identity;

/// <summary>
/// Speaks to the identity servers that users name (specification, identity service API v2). They are strangers: HTTPS, no private addresses
/// unless the operator allows them, no redirects, and answers that are small and soon there.
/// </summary>
public sealed class IdentityServers(IdentityOptions options, ILogger<IdentityServers> logger) : IIdentityServers, IDisposable
{
    const string Api = "/_matrix/identity/v2";
    const string Sha256 = "sha256";
    const int MaxKeys = 10;
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    readonly HttpClient _http = OutboundHttp.Create(options.AllowPrivateAddresses, Timeout, Authorities(options.AuthorityPath));

    public async ValueTask<Result<ThirdPartyAddress>> BindAsync(
        string server, string accessToken, string sid, string clientSecret, UserId userId, CancellationToken cancellationToken)
    {
        var body = new JsonObject { ["sid"] = sid, ["client_secret"] = clientSecret, ["mxid"] = userId.Value };
        var answered = await PostAsync(server, "/3pid/bind", body, new AuthenticationHeaderValue("Bearer", accessToken), cancellationToken);
        if (!answered.TryGet(out var answer, out var error))
            return error;

        return Text(answer, "medium") is { } medium && Text(answer, "address") is { } address
            ? new ThirdPartyAddress(medium, address)
            : MatrixError.Of(502, "M_UNKNOWN", "The identity server does not say which address it has bound.");
    }

    public async ValueTask<bool> UnbindAsync(string server, ThirdPartyAddress address, UserId userId, CancellationToken cancellationToken)
    {
        var body = new JsonObject { ["mxid"] = userId.Value, ["threepid"] = new JsonObject { ["medium"] = address.Medium, ["address"] = address.Address } };
        return (await PostAsync(server, "/3pid/unbind", body, Signature(server, "/3pid/unbind", body), cancellationToken)).Error is null;
    }

    public async ValueTask<Result<UserId?>> FindUserAsync(string server, string accessToken, ThirdPartyAddress address, CancellationToken cancellationToken)
    {
        var bearer = new AuthenticationHeaderValue("Bearer", accessToken);
        if (!(await SendAsync(HttpMethod.Get, server, "/hash_details", null, bearer, cancellationToken)).TryGet(out var details, out var error))
            return error;

        // "Client behaviour": the address in plain only where the server takes nothing else.
        var pepper = Text(details, "lookup_pepper") ?? "";
        var algorithms = (details["algorithms"] as JsonArray ?? []).Select(static name => name?.ToString()).ToList();
        var algorithm = algorithms.Contains(Sha256) ? Sha256 : "none";
        var name = algorithm == Sha256
            ? Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes($"{address.Address} {address.Medium} {pepper}")))
            : $"{address.Address} {address.Medium}";
        var body = new JsonObject { ["algorithm"] = algorithm, ["pepper"] = pepper, ["addresses"] = new JsonArray(name) };
        if (!(await PostAsync(server, "/lookup", body, bearer, cancellationToken)).TryGet(out var answer, out error))
            return error;

        return answer["mappings"] is JsonObject mappings && Text(mappings, name) is { } found && UserId.TryParse(found, out var userId) ? userId : (UserId?)null;
    }

    public async ValueTask<Result<KeptInvite>> KeepInviteAsync(string server, string accessToken, InviteToKeep invite, CancellationToken cancellationToken)
    {
        var body = new JsonObject
        {
            ["medium"] = invite.Address.Medium,
            ["address"] = invite.Address.Address,
            ["room_id"] = invite.RoomId.Value,
            ["sender"] = invite.Sender.Value,
        };
        foreach (var (name, value) in new[]
        {
            ("room_name", invite.RoomName), ("room_alias", invite.RoomAlias), ("room_avatar_url", invite.RoomAvatarUrl), ("room_join_rules", invite.JoinRule),
            ("sender_display_name", invite.SenderDisplayName), ("sender_avatar_url", invite.SenderAvatarUrl),
        })
        {
            if (value is not null)
                body[name] = value;
        }

        if (!(await PostAsync(server, "/store-invite", body, new AuthenticationHeaderValue("Bearer", accessToken), cancellationToken)).TryGet(out var answer, out var error))
            return error;

        var keys = (answer["public_keys"] as JsonArray ?? []).OfType<JsonObject>()
            .Where(static key => Text(key, "public_key") is not null && Text(key, "key_validity_url") is not null)
            .Select(static key => new InviteKey(Text(key, "public_key")!, Text(key, "key_validity_url")!)).Take(MaxKeys).ToList();
        return Text(answer, "token") is { Length: > 0 and <= 255 } token && Text(answer, "display_name") is { } shown && keys.Count > 0
            ? new KeptInvite(token, shown, keys)
            : MatrixError.Of(502, "M_UNKNOWN", "The identity server does not say how it keeps the invitation.");
    }

    public void Dispose() => _http.Dispose();

    ValueTask<Result<JsonObject>> PostAsync(string server, string path, JsonObject body, AuthenticationHeaderValue authorization, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, server, path, body, authorization, cancellationToken);

    async ValueTask<Result<JsonObject>> SendAsync(
        HttpMethod method, string server, string path, JsonObject? body, AuthenticationHeaderValue authorization, CancellationToken cancellationToken)
    {
        if (Address(server, path) is not { } address)
            return MatrixError.InvalidParam("'id_server' is no identity server.");

        try
        {
            using var request = new HttpRequestMessage(method, address);
            if (body is not null)
                request.Content = new StringContent(body.ToJsonString(), null, "application/json");
            request.Headers.Authorization = authorization;
            using var response = await _http.SendAsync(request, cancellationToken);
            var answer = JsonNode.Parse(await response.Content.ReadAsByteArrayAsync(cancellationToken)) as JsonObject ?? [];
            return response.IsSuccessStatusCode ? answer : Proxied((int)response.StatusCode, answer);
        }
        catch (Exception failure) when (failure is HttpRequestException or JsonException or IOException || (failure is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            logger.LogInformation("The identity server {Server} did not answer: {Reason}", server, failure.Message);
            return MatrixError.Of(502, "M_UNKNOWN", "The identity server cannot be reached.");
        }
    }

    // "Homeservers should simply proxy any errors received by the identity server to the caller": those that concern the caller.
    static MatrixError Proxied(int status, JsonObject answer) => status is >= 400 and < 500
        ? MatrixError.Of(status, Text(answer, "errcode") ?? "M_UNKNOWN", Text(answer, "error") ?? "The identity server refuses.")
        : MatrixError.Of(502, "M_UNKNOWN", "The identity server cannot answer.");

    // Server-server API, "Request Authentication": the identity server checks it with the key that this server publishes.
    AuthenticationHeaderValue Signature(string server, string path, JsonObject body)
    {
        var signed = new JsonObject
        {
            ["method"] = "POST",
            ["uri"] = Api + path,
            ["origin"] = options.ServerName.Value,
            ["destination"] = server,
            ["content"] = body.DeepClone(),
        };
        var bytes = options.SigningKey.SignJson(Encoding.UTF8.GetBytes(signed.ToJsonString()), options.ServerName.Value);
        var signature = (string)JsonNode.Parse(bytes)!["signatures"]![options.ServerName.Value]![options.SigningKey.KeyId]!;
        return new AuthenticationHeaderValue(
            "X-Matrix", $"origin=\"{options.ServerName}\",destination=\"{server}\",key=\"{options.SigningKey.KeyId}\",sig=\"{signature}\"");
    }

    // A name with a port at most: nothing in it may reach into the path.
    static Uri? Address(string server, string path) =>
        ServerName.TryParse(server, out _) && Uri.TryCreate($"https://{server}{Api}{path}", UriKind.Absolute, out var address) ? address : null;

    static X509Certificate2Collection Authorities(string? path)
    {
        var authorities = new X509Certificate2Collection();
        if (path is not null)
            authorities.ImportFromPemFile(path);
        return authorities;
    }

    static string? Text(JsonObject answer, string name) => answer[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
