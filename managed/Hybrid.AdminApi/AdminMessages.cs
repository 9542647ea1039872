using System.Text.Json.Serialization;
using Hybrid.Primitives;

namespace Hybrid.AdminApi;

/// <summary>Answer to <c>GET /_synapse/admin/v1/register</c>.</summary>
sealed record NonceResponse(string Nonce);

/// <summary>Body of <c>POST /_synapse/admin/v1/register</c>.</summary>
sealed record SharedSecretRegistration(
    string? Nonce, string? Username, string? Password, string? Mac, bool? Admin, string? UserType, string? Displayname, bool? InhibitLogin);

/// <summary>Answer to <c>POST /_synapse/admin/v1/register</c>.</summary>
sealed record SharedSecretRegistered(UserId UserId, string HomeServer, string? AccessToken, DeviceId? DeviceId);

/// <summary>Body of <c>POST /_hybrid/admin/v1/registration_tokens</c>; <c>expiry_time</c> in milliseconds since 1970.</summary>
sealed record NewRegistrationToken(string? Token, long? UsesAllowed, long? ExpiryTime);

/// <summary>A registration token as administrators see it.</summary>
sealed record RegistrationTokenView(string Token, long? UsesAllowed, long Pending, long Completed, long? ExpiryTime);

/// <summary>Answer to <c>GET /_hybrid/admin/v1/registration_tokens</c>.</summary>
sealed record RegistrationTokenList(IReadOnlyList<RegistrationTokenView> RegistrationTokens);

/// <summary>An account as administrators see it; <c>created_ts</c> in milliseconds since 1970.</summary>
sealed record AccountView(UserId UserId, bool Admin, bool Guest, bool Deactivated, bool Erased, long CreatedTs);

/// <summary>Answer to <c>GET /_hybrid/admin/v1/accounts</c>; <c>next_from</c> is there when there may be more.</summary>
sealed record AccountList(IReadOnlyList<AccountView> Accounts, UserId? NextFrom);

/// <summary>Body of <c>POST /_hybrid/admin/v1/accounts/{userId}/deactivate</c>.</summary>
sealed record AccountDeactivationRequest(bool? Erase);

/// <summary>JSON of the admin API.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(NonceResponse))]
[JsonSerializable(typeof(SharedSecretRegistration))]
[JsonSerializable(typeof(SharedSecretRegistered))]
[JsonSerializable(typeof(NewRegistrationToken))]
[JsonSerializable(typeof(RegistrationTokenView))]
[JsonSerializable(typeof(RegistrationTokenList))]
[JsonSerializable(typeof(AccountList))]
[JsonSerializable(typeof(AccountDeactivationRequest))]
sealed partial class AdminJson : JsonSerializerContext;
