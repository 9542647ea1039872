using System.Collections.Frozen;
using System.Text.Json;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.Filters;
using Hybrid.Storage.Rooms;

namespace Hybrid.Accounts.Filters;

/// <summary>Which events a client wants (specification, "Filtering", <c>EventFilter</c> and <c>RoomEventFilter</c>). Immutable.</summary>
public sealed class EventFilter
{
    readonly string[]? _types;
    readonly string[] _notTypes;
    readonly FrozenSet<UserId>? _senders;
    readonly FrozenSet<UserId> _notSenders;
    readonly FrozenSet<RoomId>? _rooms;
    readonly FrozenSet<RoomId> _notRooms;

    EventFilter(EventFilterDefinition definition)
    {
        Definition = definition;
        _types = definition.Types?.ToArray();
        _notTypes = definition.NotTypes?.ToArray() ?? [];
        _senders = definition.Senders?.ToFrozenSet();
        _notSenders = definition.NotSenders?.ToFrozenSet() ?? [];
        _rooms = definition.Rooms?.ToFrozenSet();
        _notRooms = definition.NotRooms?.ToFrozenSet() ?? [];
        Limit = definition.Limit is { } limit ? (int)Math.Min(limit, int.MaxValue) : null;
        AllowsEverything = _types is null && _notTypes.Length == 0 && _senders is null && _notSenders.Count == 0 && definition.ContainsUrl is null;
    }

    /// <summary>The filter that lets everything through.</summary>
    public static EventFilter Everything { get; } = new(new EventFilterDefinition());

    /// <summary>What it was made from, for queries that filter in the store.</summary>
    public EventFilterDefinition Definition { get; }

    /// <summary>The most events to return; null where the client leaves it to the server.</summary>
    public int? Limit { get; }

    /// <summary>Whether no type, sender or content is left out; rooms may still be.</summary>
    public bool AllowsEverything { get; }

    public bool LazyLoadMembers => Definition.LazyLoadMembers == true;

    public bool IncludeRedundantMembers => Definition.IncludeRedundantMembers == true;

    public bool UnreadThreadNotifications => Definition.UnreadThreadNotifications == true;

    /// <summary>A definition as a filter; null stands for <see cref="Everything"/>. A limit below 1 is <c>M_INVALID_PARAM</c>.</summary>
    public static EventFilter Of(EventFilterDefinition? definition)
    {
        if (definition is null)
            return Everything;
        // Clients do send 0 for "no timeline at all".
        if (definition.Limit < 0)
            throw new MatrixException(MatrixError.InvalidParam("A filter's limit must not be negative."));

        return new EventFilter(definition);
    }

    /// <summary>A <c>RoomEventFilter</c> as the JSON of a query parameter, such as <c>filter</c> of <c>/messages</c>; <c>M_BAD_JSON</c> when it is none.</summary>
    public static EventFilter Parse(string? json)
    {
        if (string.IsNullOrEmpty(json))
            return Everything;

        try
        {
            return Of(JsonSerializer.Deserialize(json, FilterJsonContext.Default.EventFilterDefinition));
        }
        catch (JsonException exception)
        {
            throw new MatrixException(MatrixError.BadJson($"The filter is not valid: {exception.Message}"));
        }
    }

    /// <summary>Whether anything of this room can pass.</summary>
    public bool AllowsRoom(RoomId roomId) => (_rooms is null || _rooms.Contains(roomId)) && !_notRooms.Contains(roomId);

    /// <summary>Whether events pass that have no sender, as typing and receipts: not where senders are listed.</summary>
    public bool AllowsNoSender => _senders is null;

    public bool AllowsSender(UserId sender) => (_senders is null || _senders.Contains(sender)) && !_notSenders.Contains(sender);

    public bool AllowsType(string type) => (_types is null || Matches(_types, type)) && !Matches(_notTypes, type);

    /// <summary>Whether the event passes, its room aside.</summary>
    public bool Allows(StoredEvent stored) =>
        AllowsEverything || (AllowsType(stored.Type) && AllowsSender(stored.Sender) && AllowsUrl(stored));

    static bool Matches(string[] patterns, string type)
    {
        foreach (var pattern in patterns)
        {
            if (TypePattern.Matches(pattern, type))
                return true;
        }

        return false;
    }

    bool AllowsUrl(StoredEvent stored) => Definition.ContainsUrl is not { } wanted || HasUrl(stored.Json.Span) == wanted;

    static bool HasUrl(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        return EnterContent(ref reader) && HasKey(ref reader);
    }

    static bool EnterContent(ref Utf8JsonReader reader)
    {
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var wanted = reader.ValueTextEquals("content"u8);
            reader.Read();
            if (wanted)
                return reader.TokenType == JsonTokenType.StartObject;
            reader.Skip();
        }

        return false;
    }

    static bool HasKey(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("url"u8))
                return true;
            reader.Read();
            reader.Skip();
        }

        return false;
    }
}
