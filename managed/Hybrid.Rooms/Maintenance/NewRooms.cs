using System.Buffers;
using System.Text.Json;
using Hybrid.Primitives;
using Hybrid.Rooms.Creation;
using Hybrid.Rooms.Events;
using Hybrid.Rooms.Sending;

namespace Hybrid.Rooms.Maintenance;

/// <summary>Makes the rooms that the members of deleted ones are moved to. Everyone may come in, and only the creator may speak.</summary>
public sealed class NewRooms(RoomCreation creation, EventSending sending)
{
    /// <summary>The new room, with its message. A refusal is a <see cref="MatrixException"/>.</summary>
    public async ValueTask<RoomId> CreateAsync(NewRoomTerms terms, string version, CancellationToken cancellationToken)
    {
        using var levels = JsonDocument.Parse("""{"users_default":-10}""");
        var room = new RoomCreationTerms(terms.Creator, version, RoomPreset.PublicChat) { Name = terms.Name, PowerLevelOverride = levels.RootElement };
        var roomId = (await creation.CreateAsync(room, cancellationToken)).Value;
        _ = (await sending.SendAsync(roomId, new EventProposal("m.room.message", terms.Creator, Message(terms.Message)), cancellationToken)).Value;
        return roomId;
    }

    static ReadOnlyMemory<byte> Message(string text)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("body"u8, text);
            writer.WriteString("msgtype"u8, "m.text"u8);
            writer.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }
}
