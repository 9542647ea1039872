using System.Buffers;
using System.Text.Json;
using Hybrid.Primitives;
using Hybrid.Rooms.Events;
using Hybrid.Rooms.Sending;
using Hybrid.Rooms.State;
using Hybrid.Storage.Rooms;

namespace Hybrid.Rooms.Aliases;

/// <summary>The names that this server gives to rooms (specification, "Room aliases").</summary>
public sealed class RoomAliases(IAliasStore store, RoomRegistry rooms, EventSending sending, ServerIdentity identity, IRemoteAliases? remote = null)
{
    const string CanonicalAlias = "m.room.canonical_alias";
    const int MaxServers = 100;

    /// <summary>
    /// The room that an alias names, and servers that are in it: for an alias of another server, what that one says. <c>M_NOT_FOUND</c> when it
    /// names none.
    /// </summary>
    public ValueTask<Result<ResolvedAlias>> ResolveAsync(RoomAlias alias, CancellationToken cancellationToken) =>
        alias.Server == identity.Name ? ResolveLocalAsync(alias, cancellationToken)
        : remote is not null ? remote.ResolveAsync(alias, cancellationToken)
        : new ValueTask<Result<ResolvedAlias>>(NotFound(alias));

    /// <summary>The room that an alias of this server names, this server the first of those that are in it.</summary>
    public async ValueTask<Result<ResolvedAlias>> ResolveLocalAsync(RoomAlias alias, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(alias, cancellationToken) is not { } found)
            return NotFound(alias);

        var room = await rooms.FindAsync(found.RoomId, cancellationToken);
        return new ResolvedAlias(found.RoomId, [identity.Name, .. room?.Current.LargestServers(MaxServers, besides: identity.Name) ?? []]);
    }

    /// <summary>
    /// Gives the room another alias. Members may; the alias must be this server's (<c>M_INVALID_PARAM</c>) and free
    /// (<c>409 M_UNKNOWN</c>).
    /// </summary>
    public async ValueTask<Result<Done>> AddAsync(RoomAlias alias, RoomId roomId, UserId userId, CancellationToken cancellationToken)
    {
        if (alias.Server != identity.Name)
            return MatrixError.InvalidParam($"Only aliases of {identity.Name} can be set here.");
        if (await rooms.FindAsync(roomId, cancellationToken) is not { } room || !room.Current.IsJoined(userId))
            return MatrixError.Forbidden("You must be in the room to give it an alias.");

        return await store.TryAddAsync(new AliasRecord(alias, roomId, userId), cancellationToken)
            ? default(Done)
            : MatrixError.Of(409, "M_UNKNOWN", $"The alias {alias} is taken.");
    }

    /// <summary>
    /// Takes an alias away: whoever made it may, who may set the room's canonical alias, and administrators. A canonical alias
    /// event that names it is changed too, where the user may do that.
    /// </summary>
    public async ValueTask<Result<Done>> RemoveAsync(RoomAlias alias, UserId userId, bool isAdmin, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(alias, cancellationToken) is not { } found)
            return NotFound(alias);

        var room = await rooms.FindAsync(found.RoomId, cancellationToken);
        if (!isAdmin && found.Creator != userId && (room is null || !CanSetCanonicalAlias(room.Current, userId)))
            return MatrixError.Forbidden("This alias is not yours to remove.");

        await store.RemoveAsync(alias, cancellationToken);
        if (room?.Current.Find(CanonicalAlias) is { } canonical && Without(canonical.Content(), alias) is { } content)
        {
            // The alias is gone whether or not the user may say so in the room (specification, "DELETE /directory/room").
            await sending.SendAsync(found.RoomId, new EventProposal(CanonicalAlias, userId, content) { StateKey = "" }, cancellationToken);
        }

        return default(Done);
    }

    /// <summary>The room's aliases on this server: for its members, and for everyone where the world may read the room.</summary>
    public async ValueTask<Result<IReadOnlyList<RoomAlias>>> ListAsync(RoomId roomId, UserId userId, CancellationToken cancellationToken)
    {
        var room = (await rooms.FindAsync(roomId, cancellationToken))?.Current;
        if (room is null || (!room.IsJoined(userId) && room.HistoryVisibility != HistoryVisibility.WorldReadable))
            return MatrixError.Forbidden("You are not in this room.");

        return (RoomAlias[])[.. (await store.ReadByRoomAsync(roomId, cancellationToken)).Select(static entry => entry.Alias)];
    }

    /// <summary>Whether the user's power level lets them decide what the room is called in public.</summary>
    internal static bool CanSetCanonicalAlias(RoomSnapshot room, UserId userId) =>
        room.IsJoined(userId) && room.PowerLevels.Of(userId) >= room.PowerLevels.ToSend(CanonicalAlias, isState: true);

    /// <summary>The content without the alias; null when it does not name it.</summary>
    static ReadOnlyMemory<byte>? Without(ReadOnlyMemory<byte> content, RoomAlias alias)
    {
        using var document = JsonDocument.Parse(content);
        var buffer = new ArrayBufferWriter<byte>(content.Length);
        var changed = false;
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            foreach (var member in document.RootElement.EnumerateObject())
            {
                if (member.NameEquals("alias"u8) && Names(member.Value))
                    changed = true;
                else if (member.NameEquals("alt_aliases"u8) && member.Value.ValueKind == JsonValueKind.Array && member.Value.EnumerateArray().Any(Names))
                    WriteOthers(writer, member.Value);
                else
                    member.WriteTo(writer);
            }

            writer.WriteEndObject();
        }

        // A bare null would become empty memory on its way to the nullable type.
        return changed ? buffer.WrittenMemory : default(ReadOnlyMemory<byte>?);

        bool Names(JsonElement value) => value.ValueKind == JsonValueKind.String && value.ValueEquals(alias.Value);

        void WriteOthers(Utf8JsonWriter writer, JsonElement aliases)
        {
            changed = true;
            writer.WriteStartArray("alt_aliases"u8);
            foreach (var other in aliases.EnumerateArray())
            {
                if (!Names(other))
                    other.WriteTo(writer);
            }

            writer.WriteEndArray();
        }
    }

    static MatrixError NotFound(RoomAlias alias) => MatrixError.NotFound($"The room alias {alias} is not known.");
}
