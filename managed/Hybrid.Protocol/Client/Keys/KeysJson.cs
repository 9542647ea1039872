using System.Text.Json;
using System.Text.Json.Serialization;
using Hybrid.Primitives;

namespace Hybrid.Protocol.Client.Keys;

/// <summary>JSON of the key management API.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(DeviceKeys))]
[JsonSerializable(typeof(CrossSigningKey))]
[JsonSerializable(typeof(SignedOneTimeKey))]
[JsonSerializable(typeof(SignedObject))]
[JsonSerializable(typeof(DehydratedDeviceUpload))]
[JsonSerializable(typeof(UploadKeysRequest))]
[JsonSerializable(typeof(UploadKeysResponse))]
[JsonSerializable(typeof(QueryKeysRequest))]
[JsonSerializable(typeof(ClaimKeysRequest))]
[JsonSerializable(typeof(KeyChangesResponse))]
[JsonSerializable(typeof(UploadSigningKeysRequest))]
[JsonSerializable(typeof(IReadOnlyDictionary<UserId, IReadOnlyDictionary<string, JsonElement>>), TypeInfoPropertyName = "UploadSignaturesRequest")]
public sealed partial class KeysJson : JsonSerializerContext;
