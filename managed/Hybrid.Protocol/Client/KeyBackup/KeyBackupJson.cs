using System.Text.Json.Serialization;

namespace Hybrid.Protocol.Client.KeyBackup;

/// <summary>JSON of server-side key backups.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(CreateBackupRequest))]
[JsonSerializable(typeof(CreateBackupResponse))]
[JsonSerializable(typeof(UpdateBackupRequest))]
[JsonSerializable(typeof(BackupResponse))]
[JsonSerializable(typeof(BackupStateResponse))]
[JsonSerializable(typeof(KeyBackupData))]
[JsonSerializable(typeof(RoomKeyBackup))]
[JsonSerializable(typeof(RoomKeysBackup))]
public sealed partial class KeyBackupJson : JsonSerializerContext;
