using System.Text.Json;
using Hybrid.Primitives;
using Hybrid.Rooms.Aliases;
using Hybrid.Storage.Rooms;

namespace Hybrid.Rooms.Sending;

/// <summary>
/// Aliases that a new <c>m.room.canonical_alias</c> adds must exist and point at the room: <c>M_BAD_ALIAS</c> else
/// (specification, client-server API, "m.room.canonical_alias"). Ones that stood there before are not asked again; those of another server, that one is
/// asked for.
/// </summary>
public sealed class CanonicalAliasCheck(IAliasStore store, ServerIdentity identity, IRemoteAliases? remote = null)
{
    // An event has room for a thousand, and each would be a request.
    const int MaxRemote = 20;

    internal async ValueTask<MatrixError?> CheckAsync(
        RoomId roomId, ReadOnlyMemory<byte> content, ReadOnlyMemory<byte>? previous, CancellationToken cancellationToken)
    {
        var (named, malformed) = Aliases(content);
        if (malformed)
            return MatrixError.InvalidParam("An alias in the content is not valid.");

        var known = previous is { } before ? Aliases(before).Named : [];
        RoomAlias[] added = [.. named.Except(known)];
        if (added.Count(alias => alias.Server != identity.Name) > MaxRemote)
            return MatrixError.Of(400, "M_BAD_ALIAS", $"At most {MaxRemote} aliases of other servers can be added at a time.");

        var rooms = await Task.WhenAll(added.Select(alias => FindAsync(alias, cancellationToken)));
        var wrong = Array.FindIndex(rooms, found => found != roomId);
        return wrong < 0 ? null : MatrixError.Of(400, "M_BAD_ALIAS", $"The alias {added[wrong]} does not point at this room.");
    }

    async Task<RoomId?> FindAsync(RoomAlias alias, CancellationToken cancellationToken)
    {
        if (remote is null || alias.Server == identity.Name)
            return (await store.FindAsync(alias, cancellationToken))?.RoomId;

        return (await remote.ResolveAsync(alias, cancellationToken)).TryGet(out var found, out _) ? found.RoomId : null;
    }

    static (HashSet<RoomAlias> Named, bool Malformed) Aliases(ReadOnlyMemory<byte> content)
    {
        using var document = JsonDocument.Parse(content);
        var named = new HashSet<RoomAlias>();
        var malformed = false;
        if (document.RootElement.TryGetProperty("alias", out var main))
            Add(main, optional: true);
        if (document.RootElement.TryGetProperty("alt_aliases", out var others))
        {
            if (others.ValueKind == JsonValueKind.Array)
            {
                foreach (var other in others.EnumerateArray())
                    Add(other, optional: false);
            }
            else
            {
                malformed |= others.ValueKind != JsonValueKind.Null;
            }
        }

        return (named, malformed);

        void Add(JsonElement value, bool optional)
        {
            if (optional && (value.ValueKind == JsonValueKind.Null || value is { ValueKind: JsonValueKind.String } && value.GetString() is { Length: 0 }))
                return;
            if (value.ValueKind == JsonValueKind.String && RoomAlias.TryParse(value.GetString(), out var alias))
                named.Add(alias);
            else
                malformed = true;
        }
    }
}
