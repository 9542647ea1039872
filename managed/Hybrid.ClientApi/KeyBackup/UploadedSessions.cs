using System.Runtime.InteropServices;
using System.Text.Json;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.KeyBackup;
using Hybrid.Storage.KeyBackup;

namespace Hybrid.ClientApi.KeyBackup;

/// <summary>Reads the sessions of an upload; <c>M_BAD_JSON</c> for one that is none.</summary>
static class UploadedSessions
{
    /// <summary>What a client may upload at once: they do it in batches of a few hundred sessions.</summary>
    public const int MaxBodyBytes = 16 * 1024 * 1024;

    // Storage orders and joins by it; Megolm's own IDs have 43 characters.
    const int MaxSessionIdLength = 255;

    public static Result<List<BackedUpSession>> Read(RoomKeysBackup backup)
    {
        var sessions = new List<BackedUpSession>();
        foreach (var (roomId, room) in backup.Rooms)
        {
            if (room is null)
                return MatrixError.BadJson($"The backup of '{roomId}' must be an object.");
            if (!Read(roomId, room).TryGet(out var ofRoom, out var error))
                return error;

            sessions.AddRange(ofRoom);
        }

        return sessions;
    }

    public static Result<List<BackedUpSession>> Read(RoomId roomId, RoomKeyBackup room)
    {
        var sessions = new List<BackedUpSession>();
        foreach (var (sessionId, data) in room.Sessions)
        {
            if (!Read(roomId, sessionId, data).TryGet(out var session, out var error))
                return error;

            sessions.Add(session);
        }

        return sessions;
    }

    public static Result<BackedUpSession> Read(RoomId roomId, string sessionId, KeyBackupData? data)
    {
        if (data is null || data.SessionData.ValueKind != JsonValueKind.Object || data.FirstMessageIndex < 0 || data.ForwardedCount < 0)
            return MatrixError.BadJson($"The data of session '{sessionId}' has the wrong shape.");
        if (sessionId.Length is 0 or > MaxSessionIdLength)
            return MatrixError.InvalidParam("A session ID has 1 to 255 characters.");

        return new BackedUpSession(
            roomId, sessionId, data.FirstMessageIndex, data.ForwardedCount, data.IsVerified, JsonMarshal.GetRawUtf8Value(data.SessionData).ToArray());
    }
}
