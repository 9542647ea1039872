using System.Text.Json;
using Hybrid.Native;
using Hybrid.Primitives;
using Hybrid.Rooms.Creation;
using Hybrid.Rooms.Events;
using Hybrid.Rooms.State;
using Hybrid.Storage.Rooms;

namespace Hybrid.Rooms.Upgrades;

/// <summary>What a room is upgraded to.</summary>
/// <param name="UserId">The member who does it.</param>
/// <param name="Version">The version of the new room.</param>
/// <param name="AdditionalCreators">Further creators, where the version knows them.</param>
public sealed record UpgradeTerms(UserId UserId, string Version, IReadOnlyList<UserId> AdditionalCreators);

/// <summary>
/// Replaces rooms by rooms of another version (specification, client-server API, "Room Upgrades"): state and bans are taken over, aliases and
/// the place in the directory move, and the old room gets its tombstone.
/// </summary>
public sealed class RoomUpgrades(RoomRegistry rooms, RoomCreation creation, IAliasStore aliases, RoomSuccession succession, ServerIdentity identity)
{
    const string SpaceChild = "m.space.child";

    // The recommended ones of the specification without the power levels, and the groups of old clients.
    static readonly string[] Transferred =
    [
        "m.room.server_acl", "m.room.encryption", "m.room.name", "m.room.avatar", "m.room.topic", "m.room.guest_access",
        "m.room.history_visibility", "m.room.join_rules", "m.room.related_groups",
    ];

    /// <summary>
    /// The new room's ID; <c>M_UNSUPPORTED_ROOM_VERSION</c>, <c>M_FORBIDDEN</c> for who may not send its tombstone, an unknown room being one in
    /// which nobody may.
    /// </summary>
    public async ValueTask<Result<RoomId>> UpgradeAsync(RoomId roomId, UpgradeTerms terms, CancellationToken cancellationToken)
    {
        if (RoomVersions.Find(terms.Version) is not { } traits)
            return MatrixError.Of(400, "M_UNSUPPORTED_ROOM_VERSION", $"This server does not create rooms of version '{terms.Version}'.");
        if (await rooms.FindAsync(roomId, cancellationToken) is not { } room)
            return MatrixError.Forbidden($"{terms.UserId} is not in this room.");
        if (await room.AwaitWholeStateAsync(cancellationToken) is { } unfinished)
            return unfinished;

        // In the old room's mailbox, so that nothing that the new room would miss happens between its making and the tombstone.
        var upgraded = await room.ChangeAsync((draft, token) => ReplaceAsync(draft, room.Current, terms, traits, token), cancellationToken);
        if (!upgraded.TryGet(out var replacement, out var error))
            return error;

        await aliases.MoveAsync(roomId, replacement, cancellationToken);
        await succession.FollowAsync(terms.UserId, roomId, replacement, cancellationToken);
        return replacement;
    }

    async ValueTask<Result<RoomId>> ReplaceAsync(
        RoomDraft draft, RoomSnapshot old, UpgradeTerms terms, RoomVersionTraits traits, CancellationToken cancellationToken)
    {
        // Whether the user may is asked before anything is made.
        var mark = draft.Mark();
        if (AddState("m.room.tombstone", UpgradeContents.Tombstone(old.RoomId)) is { } refused)
            return refused;
        draft.Revert(mark);

        var canonical = draft.Find("m.room.canonical_alias") is { } named ? UpgradeContents.SplitAliases(named.Content(), identity.Name) : default;
        if (!(await creation.CreateAsync(Replacement(draft, terms, traits, canonical?.Moved), cancellationToken)).TryGet(out var replacement, out var error))
            return error;

        if (AddState("m.room.tombstone", UpgradeContents.Tombstone(replacement)) is { } failed)
            return failed;

        // What the user may not change in the old room stays as it is there: it is replaced all the same.
        if (canonical is { } aliasContents)
            AddState("m.room.canonical_alias", aliasContents.Kept);
        if (draft.Find("m.room.power_levels") is { } levels && UpgradeContents.Restricted(levels.Content()) is { } restricted)
            AddState("m.room.power_levels", restricted);
        return replacement;

        MatrixError? AddState(string type, ReadOnlyMemory<byte> content) =>
            draft.Add(new EventProposal(type, terms.UserId, content) { StateKey = "" }).Error;
    }

    static RoomCreationTerms Replacement(RoomDraft draft, UpgradeTerms terms, RoomVersionTraits traits, ReadOnlyMemory<byte>? canonicalAlias)
    {
        using var create = JsonDocument.Parse(draft.Find("m.room.create")!.Content());
        var isSpace = create.RootElement.TryGetProperty("type", out var type) && type.ValueEquals("m.space");
        var state = new List<InitialStateEvent>();
        foreach (var name in Transferred)
        {
            if (draft.Find(name) is { } stored)
                state.Add(new InitialStateEvent(name, "", Element(stored.Content())));
        }

        if (isSpace)
            state.AddRange(draft.OfType(SpaceChild).Select(static child => new InitialStateEvent(SpaceChild, child.StateKey!, Element(child.Content()))).Where(IsChild));
        if (canonicalAlias is { } content)
            state.Add(new InitialStateEvent("m.room.canonical_alias", "", Element(content)));

        var afterwards = new List<EventProposal>();
        foreach (var ban in draft.OfType("m.room.member").Where(static member => member.Membership == "ban" && member.RedactedBy is null))
            afterwards.Add(new EventProposal("m.room.member", terms.UserId, ban.Content()) { StateKey = ban.StateKey });

        ReadOnlyMemory<byte>? first = default;
        if (draft.Find("m.room.power_levels") is { } stands)
        {
            var levels = InheritedPowerLevels.Of(stands.Content(), CreatorsOf(draft, create.RootElement), terms, traits);
            first = levels.First;
            if (levels.Last is { } last)
                afterwards.Add(new EventProposal("m.room.power_levels", terms.UserId, last) { StateKey = "" });
        }

        var creationContent = UpgradeContents.Create(create.RootElement, draft.Room.RoomId, draft.ForwardExtremities[0], terms.AdditionalCreators);
        return new RoomCreationTerms(terms.UserId, terms.Version, RoomPreset.PrivateChat)
        {
            CreationContent = Element(creationContent),
            InitialState = state,
            Inherited = new Inheritance(first, afterwards),
        };
    }

    // Those who stand above the old room's levels, in versions that have such.
    static List<string> CreatorsOf(RoomDraft draft, JsonElement create)
    {
        var creators = new List<string>();
        if (RoomVersions.Find(draft.Room.Version) is not { CreatorsHaveInfinitePower: true })
            return creators;

        creators.Add(draft.Find("m.room.create")!.Sender.Value);
        if (create.TryGetProperty("additional_creators", out var additional) && additional.ValueKind == JsonValueKind.Array)
            creators.AddRange(additional.EnumerateArray().Where(static entry => entry.ValueKind == JsonValueKind.String).Select(static entry => entry.GetString()!));
        return creators;
    }

    // An empty content is how a child was taken out of the space.
    static bool IsChild(InitialStateEvent child) => child.Content.EnumerateObject().Any();

    static JsonElement Element(ReadOnlyMemory<byte> content)
    {
        using var document = JsonDocument.Parse(content);
        return document.RootElement.Clone();
    }
}
