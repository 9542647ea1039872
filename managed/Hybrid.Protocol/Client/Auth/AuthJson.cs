using System.Text.Json.Serialization;

namespace Hybrid.Protocol.Client.Auth;

/// <summary>JSON of login, registration and refresh.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(UserIdentifier))]
[JsonSerializable(typeof(LoginRequest))]
[JsonSerializable(typeof(LoginResponse))]
[JsonSerializable(typeof(LoginFlows))]
[JsonSerializable(typeof(LoginTokenResponse))]
[JsonSerializable(typeof(RefreshRequest))]
[JsonSerializable(typeof(RefreshResponse))]
[JsonSerializable(typeof(RegisterRequest))]
[JsonSerializable(typeof(AvailableResponse))]
[JsonSerializable(typeof(ValidityResponse))]
public sealed partial class AuthJson : JsonSerializerContext;
