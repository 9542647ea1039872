using System.Collections.Frozen;
using System.Text;

namespace Hybrid.Native;

/// <summary>What the server needs to know of a room version.</summary>
/// <param name="Id">Its identifier.</param>
/// <param name="RoomIdIsCreateHash">
/// The room ID is the ID of the create event with another sigil, and that event has no <c>room_id</c>.
/// </param>
/// <param name="CreatorsHaveInfinitePower">
/// Creators, <c>additional_creators</c> among them, stand above every power level.
/// </param>
/// <param name="RedactsInContent"><c>redacts</c> is in the content of a redaction, rather than a field of the event.</param>
/// <param name="CreatorInContent">The content of the create event names the <c>creator</c>.</param>
/// <param name="SupportsKnock">Users can knock.</param>
/// <param name="SupportsRestricted">The join rule <c>restricted</c>.</param>
/// <param name="SupportsKnockRestricted">The join rule <c>knock_restricted</c>.</param>
/// <param name="IntegerPowerLevels">Power levels are integers only; before, strings were taken as well.</param>
/// <param name="EventIdIsChosen">Servers choose the IDs of their events, and events name others with their hashes beside the IDs.</param>
public sealed record RoomVersionTraits(
    string Id,
    bool RoomIdIsCreateHash,
    bool CreatorsHaveInfinitePower,
    bool RedactsInContent,
    bool CreatorInContent,
    bool SupportsKnock,
    bool SupportsRestricted,
    bool SupportsKnockRestricted,
    bool IntegerPowerLevels,
    bool EventIdIsChosen);

/// <summary>The room versions that Hybrid knows.</summary>
/// <remarks><see href="https://spec.matrix.org/v1.16/rooms/"/></remarks>
public static unsafe class RoomVersions
{
    static readonly FrozenDictionary<string, RoomVersionTraits> ById;

    static RoomVersions()
    {
        var all = new List<RoomVersionTraits>();
        RoomVersionFlags flags;
        while (NativeMethods.hybrid_rules_describe((nuint)all.Count, &flags) == Status.Ok)
            all.Add(Read(flags));
        All = all;
        ById = all.ToFrozenDictionary(traits => traits.Id, StringComparer.Ordinal);
    }

    /// <summary>Every version, oldest first.</summary>
    public static IReadOnlyList<RoomVersionTraits> All { get; }

    /// <summary>The version of this identifier, or null if Hybrid does not know it.</summary>
    public static RoomVersionTraits? Find(string id) => ById.GetValueOrDefault(id);

    static RoomVersionTraits Read(RoomVersionFlags flags) =>
        new(
            Encoding.UTF8.GetString(flags.id.ptr, (int)flags.id.len),
            flags.room_id_is_create_hash != 0,
            flags.creators_have_infinite_power != 0,
            flags.redacts_in_content != 0,
            flags.creator_in_content != 0,
            flags.supports_knock != 0,
            flags.supports_restricted != 0,
            flags.supports_knock_restricted != 0,
            flags.integer_power_levels != 0,
            flags.event_id_is_chosen != 0);
}
