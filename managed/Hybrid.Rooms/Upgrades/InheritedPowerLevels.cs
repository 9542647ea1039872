using System.Globalization;
using System.Text.Json.Nodes;
using Hybrid.Native;

namespace Hybrid.Rooms.Upgrades;

/// <summary>
/// The power levels of an old room for the new one. Who upgrades may be weaker than the state asks for that is taken over, and is raised until
/// all of it is there: <paramref name="Last"/> then takes that back, and is null where nothing has to be.
/// </summary>
readonly record struct InheritedPowerLevels(ReadOnlyMemory<byte> First, ReadOnlyMemory<byte>? Last)
{
    const int StateDefault = 50;
    const int AdministratorLevel = 100;
    const int CreatorsOnlyLevel = 150;
    const string Tombstone = "m.room.tombstone";

    static readonly string[] Levels = ["users_default", "events_default", "state_default", "ban", "kick", "redact", "invite", "historical"];

    public static InheritedPowerLevels Of(ReadOnlyMemory<byte> old, IReadOnlyList<string> oldCreators, UpgradeTerms terms, RoomVersionTraits traits)
    {
        var levels = JsonNode.Parse(old.Span)!.AsObject();
        MakeIntegers(levels);
        if (levels["users"] is not JsonObject users)
            levels["users"] = users = [];
        var events = levels["events"] as JsonObject;
        var stateDefault = Level(levels["state_default"], StateDefault);
        if (traits.CreatorsHaveInfinitePower)
        {
            // Creators stand above the levels and must not be listed. The tombstone must take more than state does, so that a user who
            // may send any state cannot become a creator by an upgrade (MSC4289).
            foreach (var creator in terms.AdditionalCreators.Prepend(terms.UserId))
                users.Remove(creator.Value);
            if (Level(events?[Tombstone], stateDefault) <= stateDefault)
            {
                if (events is null)
                    levels["events"] = events = [];
                events[Tombstone] = Math.Max(CreatorsOnlyLevel, stateDefault + 1);
            }

            return new InheritedPowerLevels(UpgradeContents.Bytes(levels), default(ReadOnlyMemory<byte>?));
        }

        var needed = Math.Max(stateDefault, Level(levels["ban"], StateDefault));
        foreach (var (_, level) in events ?? [])
            needed = Math.Max(needed, Level(level, 0));
        // Where nobody stands above the levels, those who did get one that is above all that they could set.
        foreach (var creator in oldCreators)
            users[creator] = Math.Max(needed, AdministratorLevel);
        if (Level(users[terms.UserId.Value], Level(levels["users_default"], 0)) >= needed)
            return new InheritedPowerLevels(UpgradeContents.Bytes(levels), default(ReadOnlyMemory<byte>?));

        var last = UpgradeContents.Bytes(levels);
        users[terms.UserId.Value] = needed;
        return new InheritedPowerLevels(UpgradeContents.Bytes(levels), last);
    }

    /// <summary>A level, which rooms of old versions may write as text.</summary>
    public static long Level(JsonNode? node, long otherwise) => Read(node) ?? otherwise;

    // Room versions from 10 on take integers only.
    static void MakeIntegers(JsonObject levels)
    {
        foreach (var name in Levels)
            MakeInteger(levels, name);
        foreach (var group in (string[])["users", "events", "notifications"])
        {
            if (levels[group] is not JsonObject entries)
                continue;

            foreach (var name in entries.Select(static entry => entry.Key).ToList())
                MakeInteger(entries, name);
        }
    }

    static void MakeInteger(JsonObject levels, string name)
    {
        if (levels[name] is JsonValue value && value.TryGetValue<string>(out _) && Read(value) is { } level)
            levels[name] = level;
    }

    static long? Read(JsonNode? node) => node is not JsonValue value ? null
        : value.TryGetValue<long>(out var level) ? level
        : value.TryGetValue<string>(out var text) && long.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out level) ? level
        : null;
}
