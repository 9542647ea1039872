using System.Text.Json;
using Hybrid.Federation.Keys;
using Hybrid.Http;
using Hybrid.Primitives;

namespace Hybrid.FederationApi.Keys;

/// <summary><c>POST /_matrix/key/v2/query</c>: keys of several servers.</summary>
sealed class QueryKeysEndpoint(ServerKeyNotary notary) : IEndpoint
{
    // Those behind the first hundred come back empty; the asker may ask for them next.
    const int MaxServers = 100;
    const int MaxKeys = 64;

    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("POST", "/_matrix/key/v2/query", Access.Anyone, RateClass.General)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        using var body = JsonDocument.Parse(await request.ReadObjectAsync(cancellationToken));
        if (!body.RootElement.TryGetProperty("server_keys", out var servers))
            return MatrixError.MissingParam("'server_keys' is missing.");
        if (servers.ValueKind != JsonValueKind.Object)
            return MatrixError.BadJson("'server_keys' must be an object.");

        var wanted = new Dictionary<ServerName, IReadOnlyDictionary<string, long?>>();
        foreach (var server in servers.EnumerateObject().Take(MaxServers))
        {
            if (!ServerName.TryParse(server.Name, out var name))
                return MatrixError.InvalidParam($"'{server.Name}' is not a server name.");
            if (!ReadKeys(server.Value).TryGet(out var keyIds, out var error))
                return error;
            wanted[name] = keyIds;
        }

        var found = await Task.WhenAll(wanted.Select(server => notary.FindAsync(server.Key, server.Value, cancellationToken).AsTask()));
        return NotaryReply.Of(found.SelectMany(static documents => documents));
    }

    static Result<Dictionary<string, long?>> ReadKeys(JsonElement keys)
    {
        if (keys.ValueKind != JsonValueKind.Object)
            return MatrixError.BadJson("The keys of a server must be an object.");

        var wanted = new Dictionary<string, long?>();
        foreach (var key in keys.EnumerateObject().Take(MaxKeys))
        {
            if (key.Value.ValueKind != JsonValueKind.Object)
                return MatrixError.BadJson("What is asked about a key must be an object.");

            long? validUntil = null;
            if (key.Value.TryGetProperty("minimum_valid_until_ts", out var minimum))
            {
                if (minimum.ValueKind != JsonValueKind.Number || !minimum.TryGetInt64(out var number))
                    return MatrixError.BadJson("'minimum_valid_until_ts' must be an integer.");
                validUntil = number;
            }

            wanted[key.Name] = validUntil;
        }

        return wanted;
    }
}
