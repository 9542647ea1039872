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

    protected override bool IsRelevant(StoredEvent stored, IReadOnlyList<StateEffect>? effects) =>
        IsRelevant(stored) || effects?.Any(effect => effect.Value is { } value && IsRelevant(value)) == true;

    protected override async ValueTask ApplyAsync(IReadOnlyList<StoredEvent> events, long position, CancellationToken cancellationToken)
    {
        var users = new List<DirectoryUser>();
        var gone = new List<UserId>();
        var changes = await WithEffectsAsync(events, cancellationToken);
        foreach (var userId in changes.Select(Member).OfType<UserId>().Where(IsLocal).Distinct())
        {
            if (await profiles.ReadAsync(userId, cancellationToken) is { } profile)
                users.Add(new DirectoryUser(userId, Text(profile, "displayname"), Text(profile, "avatar_url")));
            else
                gone.Add(userId);
        }

        var open = new Dictionary<RoomId, bool>();
        foreach (var roomId in changes.Where(MayOpenRoom).Select(static stored => stored.RoomId).Distinct())
        {
            if (await rooms.FindAsync(roomId, cancellationToken) is { Current: var room })
                open[roomId] = room.JoinRule == "public" || room.HistoryVisibility == HistoryVisibility.WorldReadable;
        }

        await store.ApplyAsync(new UserDirectoryChange(users, gone, open, position), cancellationToken);
    }

    static UserId? Member(StoredEvent stored) =>
        stored.Type == "m.room.member" && UserId.TryParse(stored.StateKey, out var user) ? user : null;

    bool IsLocal(UserId userId) => userId.Server == identity.Name;

    // With the first join of this server comes the state of the room, which is nowhere in the log.
    bool MayOpenRoom(StoredEvent stored) => OpensRoom(stored) || (stored.Membership == "join" && Member(stored) is { } member && IsLocal(member));

    static bool OpensRoom(StoredEvent stored) => stored is { Type: "m.room.join_rules" or "m.room.history_visibility", StateKey: "" };

    /// <summary>The events, and what those that matter for it alone do to current state.</summary>
    async ValueTask<IReadOnlyList<StoredEvent>> WithEffectsAsync(IReadOnlyList<StoredEvent> events, CancellationToken cancellationToken)
    {
        var all = new List<StoredEvent>(events);
        foreach (var stored in events.Where(stored => !IsRelevant(stored)))
        {
            if (await rooms.FindAsync(stored.RoomId, cancellationToken) is { } room)
                all.AddRange(await StateChanges.ReadAsync(Log, room.Current, stored.Position - 1, stored.Position, cancellationToken));
        }

        return all;
    }

    static string? Text(IReadOnlyDictionary<string, string> profile, string name)
    {
        if (!profile.TryGetValue(name, out var json))
            return null;

        using var value = JsonDocument.Parse(json);
        return value.RootElement.ValueKind == JsonValueKind.String ? value.RootElement.GetString() : null;
    }
}
