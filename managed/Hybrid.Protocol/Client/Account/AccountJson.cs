using System.Text.Json.Serialization;

namespace Hybrid.Protocol.Client.Account;

/// <summary>JSON of account management.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(WhoAmIResponse))]
[JsonSerializable(typeof(ChangePasswordRequest))]
[JsonSerializable(typeof(DeactivateRequest))]
[JsonSerializable(typeof(DeactivateResponse))]
[JsonSerializable(typeof(LockStatus))]
[JsonSerializable(typeof(SuspensionStatus))]
public sealed partial class AccountJson : JsonSerializerContext;
