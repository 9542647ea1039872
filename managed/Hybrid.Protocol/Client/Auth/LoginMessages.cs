using Hybrid.Primitives;

namespace Hybrid.Protocol.Client.Auth;

/// <summary>Who someone says to be (specification, "Identifier types").</summary>
public sealed record UserIdentifier(string? Type, string? User)
{
    /// <summary>With <c>m.id.thirdparty</c>.</summary>
    public string? Medium { get; init; }

    /// <summary>With <c>m.id.thirdparty</c>.</summary>
    public string? Address { get; init; }

    /// <summary>With <c>m.id.phone</c>: two letters of ISO 3166-1.</summary>
    public string? Country { get; init; }

    /// <summary>With <c>m.id.phone</c>.</summary>
    public string? Phone { get; init; }
}

/// <summary>Body of <c>POST /login</c>.</summary>
public sealed record LoginRequest(
    string? Type, UserIdentifier? Identifier, string? User, string? Password, string? Token,
    string? DeviceId, string? InitialDeviceDisplayName, bool? RefreshToken)
{
    /// <summary>Deprecated: the medium of an <see cref="Identifier"/> that is an address.</summary>
    public string? Medium { get; init; }

    /// <summary>Deprecated: the address of an <see cref="Identifier"/> that is one.</summary>
    public string? Address { get; init; }
}

/// <summary>Answer to <c>POST /login</c> and <c>POST /register</c>; what is absent does not apply.</summary>
public sealed record LoginResponse(UserId UserId)
{
    public string? AccessToken { get; init; }

    public string? RefreshToken { get; init; }

    public long? ExpiresInMs { get; init; }

    public DeviceId? DeviceId { get; init; }

    /// <summary>Deprecated by the specification, and still read by old clients.</summary>
    public string? HomeServer { get; init; }
}

/// <summary>Someone to sign on with.</summary>
public sealed record IdentityProvider(string Id, string Name);

/// <summary>One entry of <c>GET /login</c>.</summary>
public sealed record LoginFlow(string Type, bool? GetLoginToken)
{
    /// <summary>With <c>m.login.sso</c>.</summary>
    public IReadOnlyList<IdentityProvider>? IdentityProviders { get; init; }
}

/// <summary>Answer to <c>GET /login</c>.</summary>
public sealed record LoginFlows(IReadOnlyList<LoginFlow> Flows);

/// <summary>Answer to <c>POST /login/get_token</c>.</summary>
public sealed record LoginTokenResponse(string LoginToken, long ExpiresInMs);

/// <summary>Body of <c>POST /refresh</c>.</summary>
public sealed record RefreshRequest(string? RefreshToken);

/// <summary>Answer to <c>POST /refresh</c>.</summary>
public sealed record RefreshResponse(string AccessToken, string? RefreshToken, long? ExpiresInMs);
