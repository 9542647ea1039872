using System.Text.Json;

namespace Hybrid.Protocol.Client.Auth;

/// <summary>Body of <c>POST /register</c>.</summary>
public sealed record RegisterRequest(
    string? Username, string? Password, string? DeviceId, string? InitialDeviceDisplayName, bool? InhibitLogin, bool? RefreshToken, JsonElement? Auth)
{
    /// <summary><c>m.login.application_service</c> from application services.</summary>
    public string? Type { get; init; }

    /// <summary>The access token of a guest whose account is to be an ordinary one.</summary>
    public string? GuestAccessToken { get; init; }
}

/// <summary>Answer to <c>GET /register/available</c>.</summary>
public sealed record AvailableResponse(bool Available);

/// <summary>Answer to <c>GET /register/m.login.registration_token/validity</c>.</summary>
public sealed record ValidityResponse(bool Valid);
