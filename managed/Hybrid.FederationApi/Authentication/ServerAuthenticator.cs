using Hybrid.Federation.Discovery;
using Hybrid.Federation.Keys;
using Hybrid.Federation.Requests;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Rooms;

namespace Hybrid.FederationApi.Authentication;

/// <summary>
/// Checks the signatures of other servers' requests (server-server API, "Request Authentication"): made with a key of the origin that is valid now, over
/// exactly this method, target and body, for this server. Whoever passes is up, and no longer left alone.
/// </summary>
public sealed class ServerAuthenticator(
    ServerIdentity identity, IServerKeys keys, IDestinationHealth health, ServerResolver resolver, TimeProvider time) : IServerAuthenticator
{
    // A server that changes its key signs with both for a while.
    const int MaxSignatures = 4;

    public async ValueTask<Result<ServerName>> AuthenticateAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        if (!ReadClaims(request).TryGet(out var claims, out var error))
            return error;

        // Before the body: whoever names servers that are slow to give their keys does not fill the memory meanwhile.
        var origin = claims[0].Origin;
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var wanted = new Dictionary<string, IReadOnlyList<string>> { [origin.Value] = [.. claims.Select(static claim => claim.KeyId)] };
        var known = await keys.FindAsync(wanted, now, cancellationToken);
        var valid = known.Where(key => key.ValidUntil >= now).ToList();
        if (valid.Count == 0)
            return Unauthorized(401, $"No valid key of {origin} could be found to check the signature with.");

        var body = await request.ReadBodyAsync(cancellationToken);
        if (body.Length > 0)
            body = await request.ReadObjectAsync(cancellationToken);

        var method = request.Http.Request.Method;
        var isSigned = claims.Exists(claim => valid.Exists(key =>
            key.KeyId == claim.KeyId && RequestSignature.Verify(claim, identity.Name, method, request.Target, body, key.PublicKey)));
        if (!isSigned)
            return Unauthorized(401, $"The signature is not one of {origin} for this request.");

        resolver.Recheck(origin);
        await health.HeardFromAsync(origin, cancellationToken);
        return origin;
    }

    Result<List<XMatrix>> ReadClaims(ApiRequest request)
    {
        var claims = new List<XMatrix>();
        foreach (var header in request.Http.Request.Headers.Authorization.OfType<string>().SelectMany(XMatrix.Split))
        {
            if (!XMatrix.IsScheme(header))
                continue;
            if (!XMatrix.TryParse(header, out var claim))
                return Unauthorized(400, "The X-Matrix header cannot be read.");
            if (claim.Destination is { } destination && destination != identity.Name)
                return Unauthorized(401, $"The request is meant for {destination}.");
            claims.Add(claim);
        }

        if (claims.Count == 0)
            return Unauthorized(401, "The request is not signed by a server.");
        if (claims.Count > MaxSignatures || claims.Exists(claim => claim.Origin != claims[0].Origin))
            return Unauthorized(400, "The X-Matrix headers do not fit together.");

        // Nobody but this server could sign that, and it does not ask itself.
        return claims[0].Origin == identity.Name ? Unauthorized(401, "The request claims to come from this server.") : claims;
    }

    static MatrixError Unauthorized(int status, string message) => MatrixError.Of(status, "M_UNAUTHORIZED", message);
}
