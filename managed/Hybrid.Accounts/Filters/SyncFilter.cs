using System.Text.Json;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.Filters;

namespace Hybrid.Accounts.Filters;

/// <summary>What a <c>/sync</c> leaves out (specification, "Filtering", <c>Filter</c>). Immutable.</summary>
public sealed class SyncFilter
{
    readonly EventFilter _rooms;

    SyncFilter(FilterDefinition definition)
    {
        var room = definition.Room ?? new RoomFilterDefinition();
        _rooms = EventFilter.Of(new EventFilterDefinition { Rooms = room.Rooms, NotRooms = room.NotRooms });
        EventFields = definition.EventFields;
        FederationFormat = definition.EventFormat == "federation";
        Presence = EventFilter.Of(definition.Presence);
        AccountData = EventFilter.Of(definition.AccountData);
        IncludeLeave = room.IncludeLeave == true;
        Timeline = EventFilter.Of(room.Timeline);
        State = EventFilter.Of(room.State);
        Ephemeral = EventFilter.Of(room.Ephemeral);
        RoomAccountData = EventFilter.Of(room.AccountData);
    }

    /// <summary>No filter.</summary>
    public static SyncFilter Everything { get; } = new(new FilterDefinition());

    /// <summary>The paths to keep of each event; null for all of it.</summary>
    public IReadOnlyList<string>? EventFields { get; }

    /// <summary>Whether events are wanted as servers exchange them.</summary>
    public bool FederationFormat { get; }

    public EventFilter Presence { get; }

    public EventFilter AccountData { get; }

    /// <summary>Whether rooms that were left before are wanted.</summary>
    public bool IncludeLeave { get; }

    public EventFilter Timeline { get; }

    public EventFilter State { get; }

    public EventFilter Ephemeral { get; }

    public EventFilter RoomAccountData { get; }

    /// <summary>Whether the client wants anything of the room.</summary>
    public bool AllowsRoom(RoomId roomId) => _rooms.AllowsRoom(roomId);

    /// <summary>Reads a filter; <c>M_BAD_JSON</c> when it has the wrong shape, <c>M_INVALID_PARAM</c> for wrong values.</summary>
    public static SyncFilter Parse(ReadOnlySpan<byte> json)
    {
        FilterDefinition definition;
        try
        {
            definition = JsonSerializer.Deserialize(json, FilterJsonContext.Default.FilterDefinition)
                ?? throw new MatrixException(MatrixError.BadJson("A filter must be an object."));
        }
        catch (JsonException exception)
        {
            throw new MatrixException(MatrixError.BadJson($"The filter is not valid: {exception.Message}"));
        }

        if (definition.EventFormat is not (null or "client" or "federation"))
            throw new MatrixException(MatrixError.InvalidParam("event_format must be 'client' or 'federation'."));

        return new SyncFilter(definition);
    }
}
