using System.Globalization;
using System.Text.Json;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.KeyBackup;
using Hybrid.Storage.KeyBackup;

namespace Hybrid.ClientApi.KeyBackup;

/// <summary>Answers that several backup endpoints give.</summary>
static class BackupReplies
{
    public static MatrixError UnknownVersion() => MatrixError.NotFound("Unknown backup version.");

    public static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>A backup version with its size.</summary>
    public static Reply Version(KeyBackupVersion backup) => Reply.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("algorithm"u8, backup.Algorithm);
        writer.WritePropertyName("auth_data"u8);
        writer.WriteRawValue(backup.AuthData.Span, skipInputValidation: true);
        writer.WriteNumber("count"u8, backup.Count);
        writer.WriteString("etag"u8, Text(backup.ETag));
        writer.WriteString("version"u8, Text(backup.Version));
        writer.WriteEndObject();
    });

    /// <summary>The answer to a change of sessions.</summary>
    public static Reply State(KeyBackupState state) =>
        Reply.Json(new BackupStateResponse(state.Count, Text(state.ETag)), KeyBackupJson.Default.BackupStateResponse);

    /// <summary>The answer to sessions that were to be stored; the current version is named when another was meant.</summary>
    public static Result<Reply> Outcome(KeyBackupOutcome outcome) => outcome switch
    {
        { State: { } state } => State(state),
        { CurrentVersion: { } current } => MatrixError.Of(403, "M_WRONG_ROOM_KEYS_VERSION", "Wrong backup version.") with
        {
            Detail = ("current_version", Text(current)),
        },
        _ => UnknownVersion(),
    };

    /// <summary>One session.</summary>
    public static void Write(Utf8JsonWriter writer, BackedUpSession session)
    {
        writer.WriteStartObject();
        writer.WriteNumber("first_message_index"u8, session.FirstMessageIndex);
        writer.WriteNumber("forwarded_count"u8, session.ForwardedCount);
        writer.WriteBoolean("is_verified"u8, session.IsVerified);
        writer.WritePropertyName("session_data"u8);
        writer.WriteRawValue(session.SessionData.Span, skipInputValidation: true);
        writer.WriteEndObject();
    }

    /// <summary>The sessions of a room, by their IDs.</summary>
    public static void Write(Utf8JsonWriter writer, IEnumerable<BackedUpSession> ofRoom)
    {
        writer.WriteStartObject();
        writer.WriteStartObject("sessions"u8);
        foreach (var session in ofRoom)
        {
            writer.WritePropertyName(session.SessionId);
            Write(writer, session);
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
