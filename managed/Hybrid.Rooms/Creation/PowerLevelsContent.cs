using System.Buffers;
using System.Text.Json;
using Hybrid.Native;

namespace Hybrid.Rooms.Creation;

/// <summary>Writes the content of a new room's <c>m.room.power_levels</c>.</summary>
static class PowerLevelsContent
{
    const int AdministratorLevel = 100;
    const int ModeratorLevel = 50;

    // Above administrators, so that only creators replace a room of version 12 and later (MSC4289).
    const int CreatorsOnlyLevel = 150;

    public static ReadOnlyMemory<byte> Write(RoomCreationTerms terms, RoomVersionTraits traits)
    {
        var overrides = terms.PowerLevelOverride is { ValueKind: JsonValueKind.Object } given ? given : (JsonElement?)null;
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            WriteUnlessOverridden("users", () => WriteUsers(writer, terms, traits));
            WriteUnlessOverridden("users_default", () => writer.WriteNumberValue(0));
            WriteUnlessOverridden("events", () => WriteEvents(writer, traits));
            WriteUnlessOverridden("events_default", () => writer.WriteNumberValue(0));
            WriteUnlessOverridden("state_default", () => writer.WriteNumberValue(ModeratorLevel));
            WriteUnlessOverridden("ban", () => writer.WriteNumberValue(ModeratorLevel));
            WriteUnlessOverridden("kick", () => writer.WriteNumberValue(ModeratorLevel));
            WriteUnlessOverridden("redact", () => writer.WriteNumberValue(ModeratorLevel));
            WriteUnlessOverridden("invite", () => writer.WriteNumberValue(terms.Preset == RoomPreset.PublicChat ? ModeratorLevel : 0));
            WriteUnlessOverridden("historical", () => writer.WriteNumberValue(AdministratorLevel));
            if (overrides is { } rest)
            {
                foreach (var property in rest.EnumerateObject())
                    property.WriteTo(writer);
            }

            writer.WriteEndObject();

            void WriteUnlessOverridden(string name, Action write)
            {
                if (overrides is { } replaced && replaced.TryGetProperty(name, out _))
                    return;

                writer.WritePropertyName(name);
                write();
            }
        }

        return buffer.WrittenMemory;
    }

    // Creators that stand above all levels must not be listed.
    static void WriteUsers(Utf8JsonWriter writer, RoomCreationTerms terms, RoomVersionTraits traits)
    {
        writer.WriteStartObject();
        if (!traits.CreatorsHaveInfinitePower)
        {
            writer.WriteNumber(terms.Creator.Value, AdministratorLevel);
            if (terms.Preset == RoomPreset.TrustedPrivateChat)
            {
                foreach (var invited in terms.Invited.Distinct().Where(user => user != terms.Creator))
                    writer.WriteNumber(invited.Value, AdministratorLevel);
            }
        }

        writer.WriteEndObject();
    }

    static void WriteEvents(Utf8JsonWriter writer, RoomVersionTraits traits)
    {
        writer.WriteStartObject();
        writer.WriteNumber("m.room.avatar"u8, ModeratorLevel);
        writer.WriteNumber("m.room.canonical_alias"u8, ModeratorLevel);
        writer.WriteNumber("m.room.encryption"u8, AdministratorLevel);
        writer.WriteNumber("m.room.history_visibility"u8, AdministratorLevel);
        writer.WriteNumber("m.room.name"u8, ModeratorLevel);
        writer.WriteNumber("m.room.power_levels"u8, AdministratorLevel);
        writer.WriteNumber("m.room.server_acl"u8, AdministratorLevel);
        writer.WriteNumber("m.room.tombstone"u8, traits.CreatorsHaveInfinitePower ? CreatorsOnlyLevel : AdministratorLevel);
        writer.WriteEndObject();
    }
}
