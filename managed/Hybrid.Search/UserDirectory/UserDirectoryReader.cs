using System.Text.Json;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Rooms.Log;
using Hybrid.Rooms.State;
using Hybrid.Storage.Accounts;
using Hybrid.Storage.Rooms;
using Hybrid.Storage.Streams;
using Hybrid.Storage.UserDirectory;
using Microsoft.Extensions.Logging;

namespace Hybrid.Search.UserDirectory;

/// <summary>
/// Keeps the user directory: notes local users when their memberships change (as they do with every change of a profile) and rooms
/// when they open or close.
/// </summary>
public sealed class UserDirectoryReader(
    StreamHub hub, IRoomStore log, RoomRegistry rooms, IProfileStore profiles, IUserDirectoryStore store, ServerIdentity identity,
    TimeProvider time, ILogger<UserDirectoryReader> logger) : LogReader(hub, log, time, logger)
{
    protected override string Subject => "The user directory";

    protected override ValueTask<long> ReadPositionAsync(CancellationToken cancellationToken) => store.ReadPositionAsync(cancellationToken);

    protected override bool IsRelevant(StoredEvent stored) => stored.Type is "m.room.member" || OpensRoom(stored);

    protected override async ValueTask ApplyAsync(IReadOnlyList<StoredEvent> events, long position, CancellationToken cancellationToken)
    {
        var users = new List<DirectoryUser>();
        var gone = new List<UserId>();
        foreach (var userId in events.Select(Member).OfType<UserId>().Where(user => user.Server == identity.Name).Distinct())
        {
            if (await profiles.ReadAsync(userId, cancellationToken) is { } profile)
                users.Add(new DirectoryUser(userId, Text(profile, "displayname"), Text(profile, "avatar_url")));
            else
                gone.Add(userId);
        }

        var open = new Dictionary<RoomId, bool>();
        foreach (var roomId in events.Where(OpensRoom).Select(static stored => stored.RoomId).Distinct())
        {
            if (await rooms.FindAsync(roomId, cancellationToken) is { Current: var room })
                open[roomId] = room.JoinRule == "public" || room.HistoryVisibility == HistoryVisibility.WorldReadable;
        }

        await store.ApplyAsync(new UserDirectoryChange(users, gone, open, position), cancellationToken);

        static UserId? Member(StoredEvent stored) =>
            stored.Type == "m.room.member" && UserId.TryParse(stored.StateKey, out var user) ? user : null;
    }

    static bool OpensRoom(StoredEvent stored) => stored is { Type: "m.room.join_rules" or "m.room.history_visibility", StateKey: "" };

    static string? Text(IReadOnlyDictionary<string, string> profile, string name)
    {
        if (!profile.TryGetValue(name, out var json))
            return null;

        using var value = JsonDocument.Parse(json);
        return value.RootElement.ValueKind == JsonValueKind.String ? value.RootElement.GetString() : null;
    }
}
