using System.Buffers;
using System.Text.Json;
using Hybrid.Native;
using Hybrid.Primitives;

namespace Hybrid.Rooms.Creation;

/// <summary>Writes the content of <c>m.room.create</c>.</summary>
static class CreateContent
{
    static readonly HashSet<string> Managed = new(["creator", "room_version", "additional_creators"], StringComparer.Ordinal);

    /// <summary>The content, or <c>M_INVALID_PARAM</c> when the client's <c>additional_creators</c> are no list of users.</summary>
    public static Result<ReadOnlyMemory<byte>> Write(RoomCreationTerms terms, RoomVersionTraits traits)
    {
        if (!AdditionalCreators(terms, traits).TryGet(out var additional, out var error))
            return error;

        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            if (terms.CreationContent is { ValueKind: JsonValueKind.Object } extra)
            {
                foreach (var property in extra.EnumerateObject())
                {
                    if (!Managed.Contains(property.Name))
                        property.WriteTo(writer);
                }
            }

            writer.WriteString("room_version"u8, terms.Version);
            if (traits.CreatorInContent)
                writer.WriteString("creator"u8, terms.Creator.Value);
            if (additional.Count > 0)
            {
                writer.WriteStartArray("additional_creators"u8);
                foreach (var creator in additional)
                    writer.WriteStringValue(creator.Value);
                writer.WriteEndArray();
            }

            writer.WriteEndObject();
        }

        return (ReadOnlyMemory<byte>)buffer.WrittenMemory;
    }

    // Where creators stand above power levels, those who are trusted as much as the creator become creators.
    static Result<List<UserId>> AdditionalCreators(RoomCreationTerms terms, RoomVersionTraits traits)
    {
        var additional = new List<UserId>();
        if (!traits.CreatorsHaveInfinitePower)
            return additional;

        if (terms.CreationContent is { ValueKind: JsonValueKind.Object } content && content.TryGetProperty("additional_creators", out var named))
        {
            if (named.ValueKind != JsonValueKind.Array)
                return MatrixError.InvalidParam("additional_creators must be a list of users.");
            foreach (var entry in named.EnumerateArray())
            {
                if (entry.ValueKind != JsonValueKind.String || !UserId.TryParse(entry.GetString(), out var creator))
                    return MatrixError.InvalidParam("additional_creators must be a list of users.");
                additional.Add(creator);
            }
        }

        if (terms.Preset == RoomPreset.TrustedPrivateChat)
            additional.AddRange(terms.Invited);
        return additional.Distinct().Where(user => user != terms.Creator).ToList();
    }
}
