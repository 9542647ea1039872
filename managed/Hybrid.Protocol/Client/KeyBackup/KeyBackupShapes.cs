using System.Text.Json;
using Hybrid.Primitives;

namespace Hybrid.Protocol.Client.KeyBackup;

/// <summary><c>POST /_matrix/client/v3/room_keys/version</c></summary>
public sealed record CreateBackupRequest
{
    public required string Algorithm { get; init; }

    public required JsonElement AuthData { get; init; }
}

public sealed record CreateBackupResponse(string Version);

/// <summary><c>PUT /_matrix/client/v3/room_keys/version/{version}</c></summary>
public sealed record UpdateBackupRequest
{
    public required string Algorithm { get; init; }

    public required JsonElement AuthData { get; init; }

    /// <summary>When present, the version of the path.</summary>
    public string? Version { get; init; }
}

/// <summary>A backup version as <c>GET /_matrix/client/v3/room_keys/version</c> shows it.</summary>
public sealed record BackupResponse(string Algorithm, JsonElement AuthData, long Count, string Etag, string Version);

/// <summary>The answer to each change of a backup's sessions.</summary>
public sealed record BackupStateResponse(long Count, string Etag);

/// <summary>One session (<c>KeyBackupData</c>).</summary>
public sealed record KeyBackupData
{
    public required long FirstMessageIndex { get; init; }

    public required long ForwardedCount { get; init; }

    public required bool IsVerified { get; init; }

    public required JsonElement SessionData { get; init; }
}

/// <summary>The sessions of one room (<c>RoomKeyBackup</c>).</summary>
public sealed record RoomKeyBackup
{
    public required IReadOnlyDictionary<string, KeyBackupData> Sessions { get; init; }
}

/// <summary>The sessions of all rooms.</summary>
public sealed record RoomKeysBackup
{
    public required IReadOnlyDictionary<RoomId, RoomKeyBackup> Rooms { get; init; }
}
