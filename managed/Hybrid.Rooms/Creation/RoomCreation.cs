using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using Hybrid.Native;
using Hybrid.Primitives;
using Hybrid.Rooms.Events;
using Hybrid.Rooms.Membership;
using Hybrid.Rooms.State;
using Hybrid.Storage.Rooms;

namespace Hybrid.Rooms.Creation;

/// <summary>Creates rooms: all first events in the specification's order, stored in one step or not at all.</summary>
public sealed class RoomCreation(
    RoomRegistry rooms, IRoomStore store, RoomStates states, IAliasStore aliases, IMemberProfiles profiles, MembershipChanges memberships,
    ServerIdentity identity, TimeProvider time, Random? random = null)
{
    const int OpaqueLength = 18;

    long _lastCreationTime;

    /// <summary>The new room's ID, or why there is none: <c>M_UNSUPPORTED_ROOM_VERSION</c>, <c>M_ROOM_IN_USE</c>, <c>M_INVALID_ROOM_STATE</c> and others.</summary>
    public async ValueTask<Result<RoomId>> CreateAsync(RoomCreationTerms terms, CancellationToken cancellationToken)
    {
        if (RoomVersions.Find(terms.Version) is not { } traits)
            return MatrixError.Of(400, "M_UNSUPPORTED_ROOM_VERSION", $"This server cannot create rooms of version '{terms.Version}'.");
        foreach (var invited in terms.Invited.Where(IsOwn))
        {
            if (await memberships.CheckInvitationAsync(terms.Creator, invited, cancellationToken) is { } blocked)
                return blocked;
        }

        if (terms.Alias is { } alias && await aliases.FindAsync(alias, cancellationToken) is not null)
            return RoomInUse(alias);

        // Where the ID is the create event's hash, this one only stands in until that event is sealed.
        var opaque = Convert.ToBase64String(RandomBytes(OpaqueLength)).Replace('+', 'A').Replace('/', 'B');
        var record = new RoomRecord(RoomId.Parse($"!{opaque}:{identity.Name}"), terms.Version, terms.Creator, terms.IsPublic);
        var draft = new RoomDraft(RoomSnapshot.Empty(record), identity, time);
        if (await FillAsync(draft, terms, traits, cancellationToken) is { } refused)
            return refused;

        Room? created = null;
        var append = await states.PlaceAsync(draft.ToAppend() with { NewRoom = draft.Room }, RoomSnapshot.Empty(draft.Room), cancellationToken);
        append = append with
        {
            NewAliases = terms.Alias is { } claimed ? [claimed] : [],
            Committed = append.Committed + (() => created = rooms.Add(RoomSnapshot.Empty(append.NewRoom!).After(append))),
        };
        try
        {
            await store.AppendAsync(append, cancellationToken);
        }
        catch (AliasTakenException exception)
        {
            return RoomInUse(exception.Alias);
        }

        // Users of other servers are invited into the room that is there: their servers have to agree. Who cannot be is not, as if they had refused.
        foreach (var invited in terms.Invited.Distinct().Where(invited => !IsOwn(invited)))
            await memberships.InviteAsync(created!.RoomId, terms.Creator, invited, new MembershipTerms(IsDirect: terms.IsDirect), cancellationToken);
        return created!.RoomId;
    }

    byte[] RandomBytes(int count)
    {
        if (random is null)
            return RandomNumberGenerator.GetBytes(count);

        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    bool IsOwn(UserId userId) => userId.Server == identity.Name;

    static MatrixError RoomInUse(RoomAlias alias) => MatrixError.Of(400, "M_ROOM_IN_USE", $"The alias {alias} is taken.");

    async ValueTask<MatrixError?> FillAsync(RoomDraft draft, RoomCreationTerms terms, RoomVersionTraits traits, CancellationToken cancellationToken)
    {
        if (!CreateContent.Write(terms, traits).TryGet(out var create, out var error))
            return error;

        var own = new MemberContent("join") { Profile = await profiles.FindAsync(terms.Creator, cancellationToken) };
        var creation = new EventProposal("m.room.create", terms.Creator, create) { StateKey = "", OriginServerTs = NextCreationTime() };
        error = draft.Add(creation).Error ?? AddState("m.room.member", own.Write(), terms.Creator.Value)
            ?? AddState("m.room.power_levels", terms.Inherited?.PowerLevels ?? PowerLevelsContent.Write(terms, traits));
        if (error is null && terms.Alias is { } alias)
            error = AddState("m.room.canonical_alias", SmallContents.CanonicalAlias(alias.Value));

        if (terms.Inherited is null)
        {
            error ??= AddPreset("m.room.join_rules", SmallContents.JoinRules(terms.Preset))
                ?? AddPreset("m.room.history_visibility", SmallContents.HistoryVisibility())
                ?? AddPreset("m.room.guest_access", SmallContents.GuestAccess(terms.Preset));
        }

        foreach (var initial in terms.InitialState)
            error ??= AddState(initial.Type, Bytes(initial.Content), initial.StateKey);
        if (terms.Name is { Length: > 0 } name)
            error ??= AddState("m.room.name", SmallContents.Name(name));
        if (terms.Topic is { Length: > 0 } topic)
            error ??= AddState("m.room.topic", SmallContents.Topic(topic));
        foreach (var inherited in terms.Inherited?.Afterwards ?? [])
            error ??= draft.Add(inherited).Error;
        if (error is not null)
            return error.Code == "M_FORBIDDEN" ? MatrixError.Of(400, "M_INVALID_ROOM_STATE", error.Message) : error;

        foreach (var invited in terms.Invited.Distinct().Where(IsOwn))
        {
            var content = new MemberContent("invite") { Profile = await profiles.FindAsync(invited, cancellationToken), IsDirect = terms.IsDirect };
            if (AddState("m.room.member", content.Write(), invited.Value) is { } refused)
                return refused;
        }

        return null;

        MatrixError? AddState(string type, ReadOnlyMemory<byte> content, string stateKey = "") =>
            draft.Add(new EventProposal(type, terms.Creator, content) { StateKey = stateKey }).Error;

        // What the client says itself is not said twice.
        MatrixError? AddPreset(string type, ReadOnlyMemory<byte> content) =>
            terms.InitialState.Any(initial => initial.Type == type && initial.StateKey.Length == 0) ? null : AddState(type, content);
    }

    // Where the hash of the create event names the room, two that say the same in the same millisecond would be one room.
    long NextCreationTime()
    {
        while (true)
        {
            var last = Interlocked.Read(ref _lastCreationTime);
            var next = Math.Max(last + 1, time.GetUtcNow().ToUnixTimeMilliseconds());
            if (Interlocked.CompareExchange(ref _lastCreationTime, next, last) == last)
                return next;
        }
    }

    static ReadOnlyMemory<byte> Bytes(JsonElement content)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer))
            content.WriteTo(writer);
        return buffer.WrittenMemory;
    }
}
