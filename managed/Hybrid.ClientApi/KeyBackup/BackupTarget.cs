using System.Globalization;
using Hybrid.Http;
using Hybrid.Primitives;

namespace Hybrid.ClientApi.KeyBackup;

/// <summary>What part of which backup a request is about: all of it, a room's sessions, or one session.</summary>
readonly record struct BackupTarget(UserId UserId, long Version, RoomId? RoomId, string? SessionId)
{
    /// <summary>The target of <c>/room_keys/keys[/{roomId}[/{sessionId}]]?version=</c>; <c>M_MISSING_PARAM</c> without a version.</summary>
    public static BackupTarget Of(ApiRequest request, bool room, bool session) => new(
        request.Caller.UserId,
        ParseVersion(request.RequiredQuery("version")),
        room ? request.Path<RoomId>("roomId") : null,
        session ? request.Path("sessionId") : null);

    /// <summary>The number of a version. Clients must take it as opaque; what this server never gave out is 0, which no backup has.</summary>
    public static long ParseVersion(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : 0;
}
