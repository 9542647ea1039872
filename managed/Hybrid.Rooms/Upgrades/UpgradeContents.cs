using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hybrid.Primitives;

namespace Hybrid.Rooms.Upgrades;

/// <summary>The canonical alias of an old room, taken apart: what moves to the new one, null for nothing, and what is left.</summary>
readonly record struct SplitAliases(ReadOnlyMemory<byte>? Moved, ReadOnlyMemory<byte> Kept);

/// <summary>Contents of the state events that an upgrade sends.</summary>
static class UpgradeContents
{
    const int ModeratorLevel = 50;

    public static ReadOnlyMemory<byte> Tombstone(RoomId replacement) =>
        Bytes(new JsonObject { ["body"] = "This room has been replaced", ["replacement_room"] = replacement.Value });

    /// <summary>What the new create event says of the old room, and takes over from it.</summary>
    public static ReadOnlyMemory<byte> Create(JsonElement old, RoomId oldRoom, EventId lastEvent, IReadOnlyList<UserId> additionalCreators)
    {
        var content = new JsonObject { ["predecessor"] = new JsonObject { ["room_id"] = oldRoom.Value, ["event_id"] = lastEvent.Value } };
        foreach (var name in (string[])["type", "m.federate"])
        {
            if (old.TryGetProperty(name, out var value))
                content[name] = JsonNode.Parse(value.GetRawText());
        }

        if (additionalCreators.Count > 0)
            content["additional_creators"] = new JsonArray([.. additionalCreators.Select(static creator => JsonValue.Create(creator.Value))]);
        return Bytes(content);
    }

    /// <summary>The local aliases of the canonical alias event for the new room, the others for the old one; null when there is no local one.</summary>
    public static SplitAliases? SplitAliases(ReadOnlyMemory<byte> content, ServerName server)
    {
        var kept = JsonNode.Parse(content.Span)!.AsObject();
        var moved = new JsonObject();
        if (IsLocal(kept["alias"], server))
        {
            moved["alias"] = kept["alias"]!.DeepClone();
            kept.Remove("alias");
        }

        if (kept["alt_aliases"] is JsonArray others)
        {
            var locals = others.Where(other => IsLocal(other, server)).ToList();
            if (locals.Count > 0)
                moved["alt_aliases"] = new JsonArray([.. locals.Select(static local => local!.DeepClone())]);
            foreach (var local in locals)
                others.Remove(local);
            if (others.Count == 0)
                kept.Remove("alt_aliases");
        }

        return moved.Count == 0 ? null : new SplitAliases(Bytes(moved), Bytes(kept));
    }

    /// <summary>Power levels of the old room that let only moderators speak and invite there; null when they do already.</summary>
    public static ReadOnlyMemory<byte>? Restricted(ReadOnlyMemory<byte> content)
    {
        var levels = JsonNode.Parse(content.Span)!.AsObject();
        var restricted = Math.Max(InheritedPowerLevels.Level(levels["users_default"], 0) + 1, ModeratorLevel);
        var changed = false;
        foreach (var name in (string[])["invite", "events_default"])
        {
            if (InheritedPowerLevels.Level(levels[name], 0) >= restricted)
                continue;

            levels[name] = restricted;
            changed = true;
        }

        // A bare null would become empty memory on its way to the nullable type.
        return changed ? Bytes(levels) : default(ReadOnlyMemory<byte>?);
    }

    public static ReadOnlyMemory<byte> Bytes(JsonObject content)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer))
            content.WriteTo(writer);
        return buffer.WrittenMemory;
    }

    static bool IsLocal(JsonNode? alias, ServerName server) =>
        alias is JsonValue value && value.TryGetValue<string>(out var text) && RoomAlias.TryParse(text, out var parsed) && parsed.Server == server;
}
