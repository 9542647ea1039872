using System.Text.Json.Serialization;

namespace Hybrid.Protocol.Client.ThirdParty;

/// <summary>JSON of e-mail addresses and telephone numbers of accounts.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AddressList))]
[JsonSerializable(typeof(RequestTokenBody))]
[JsonSerializable(typeof(RequestTokenAnswer))]
[JsonSerializable(typeof(SubmitTokenBody))]
[JsonSerializable(typeof(AddAddressBody))]
[JsonSerializable(typeof(CredentialsBody))]
[JsonSerializable(typeof(ProofCredentials))]
[JsonSerializable(typeof(AddressBody))]
[JsonSerializable(typeof(InviteAddressBody))]
[JsonSerializable(typeof(UnbindAnswer))]
public sealed partial class ThirdPartyJson : JsonSerializerContext;
