using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Hybrid.Http;
using Hybrid.Primitives;

namespace Hybrid.ClientApi.Calls;

/// <summary>
/// <c>GET /_matrix/client/v3/voip/turnServer</c>: credentials that TURN servers check by the shared secret alone (draft-uberti-behave-turn-rest).
/// </summary>
sealed class TurnServer(CallOptions options, TimeProvider time) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("GET", "/_matrix/client/v3/voip/turnServer", Access.UserOrGuest, RateClass.General)];

    public ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        // Clients take an empty object to mean that there is no TURN server.
        if (options is not { TurnSharedSecret: { } secret, TurnUris.Count: > 0 })
            return new(Reply.Empty);

        var expiry = (time.GetUtcNow() + options.TurnLifetime).ToUnixTimeSeconds();
        var username = string.Create(CultureInfo.InvariantCulture, $"{expiry}:{request.Caller.UserId}");
#pragma warning disable CA5350 // TURN servers know no other algorithm here.
        var password = Convert.ToBase64String(HMACSHA1.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(username)));
#pragma warning restore CA5350
        return new(Reply.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("username"u8, username);
            writer.WriteString("password"u8, password);
            writer.WriteStartArray("uris"u8);
            foreach (var uri in options.TurnUris)
                writer.WriteStringValue(uri);
            writer.WriteEndArray();
            writer.WriteNumber("ttl"u8, (long)options.TurnLifetime.TotalSeconds);
            writer.WriteEndObject();
        }));
    }
}
