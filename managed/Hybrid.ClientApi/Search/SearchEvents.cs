using System.Text.Json;
using Hybrid.ClientApi.Timeline;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.Search;
using Hybrid.Rooms.Timeline;
using Hybrid.Search.Messages;
using Hybrid.Storage.Rooms;

namespace Hybrid.ClientApi.Search;

/// <summary><c>POST /_matrix/client/v3/search</c></summary>
sealed class SearchEvents(
    MessageSearch search, ResultContexts contexts, RoomReading reading, ClientEventFormatter formatter, EventViewers viewers) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("POST", "/_matrix/client/v3/search", Access.User, RateClass.General)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var body = await request.ReadJsonAsync(SearchJson.Default.SearchBody, cancellationToken);
        var from = MessageSearchToken.Parse(request.Query("next_batch"));
        if (body.SearchCategories.RoomEvents is not { } wanted)
            return Reply.Raw("{\"search_categories\":{}}"u8.ToArray());

        var criteria = SearchCriteria.Of(wanted);
        var viewer = await viewers.OfAsync(request.Caller, cancellationToken);
        var found = await search.SearchAsync(criteria.Terms(viewer, from), cancellationToken);
        var around = new List<ResultContext?>();
        foreach (var hit in found.Results)
        {
            around.Add(criteria.Context is { } size
                ? await contexts.OfAsync(hit, size, criteria.IncludeProfile, viewer, cancellationToken)
                : null);
        }

        var state = criteria.IncludeState ? await StateAsync(found, cancellationToken) : [];
        var prepared = await formatter.PrepareAsync(Shown(found, around, state), viewer, cancellationToken);
        return Reply.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartObject("search_categories"u8);
            writer.WriteStartObject("room_events"u8);
            writer.WriteNumber("count"u8, found.Count);
            writer.WriteStartArray("highlights"u8);
            foreach (var word in found.Highlights)
                writer.WriteStringValue(word);
            writer.WriteEndArray();
            WriteResults(writer, found, around, prepared);
            if (state.Count > 0)
                WriteState(writer, state, prepared);
            if (criteria is { ByRoom: true } or { BySender: true } && found.Results.Count > 0)
                WriteGroups(writer, found, criteria);
            if (found.Next is { } next)
                writer.WriteString("next_batch"u8, next.ToString());
            writer.WriteEndObject();
            writer.WriteEndObject();
            writer.WriteEndObject();
        });
    }

    // An event can be a result, and stand around others: it is prepared once.
    static List<StoredEvent> Shown(
        MessageSearchResult found, List<ResultContext?> around, Dictionary<RoomId, List<StoredEvent>> state)
    {
        var shown = new HashSet<StoredEvent>(found.Results.Select(static hit => hit.Event), ReferenceEqualityComparer.Instance);
        foreach (var context in around.OfType<ResultContext>())
        {
            shown.UnionWith(context.Before);
            shown.UnionWith(context.After);
        }

        foreach (var room in state.Values)
            shown.UnionWith(room);
        return [.. shown];
    }

    static void WriteResults(Utf8JsonWriter writer, MessageSearchResult found, List<ResultContext?> around, PreparedEvents prepared)
    {
        writer.WriteStartArray("results"u8);
        foreach (var (hit, context) in found.Results.Zip(around))
        {
            writer.WriteStartObject();
            writer.WriteNumber("rank"u8, hit.Rank);
            writer.WritePropertyName("result"u8);
            prepared.Write(writer, hit.Event, withRoomId: true);
            if (context is not null)
                WriteContext(writer, context, prepared);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    static void WriteContext(Utf8JsonWriter writer, ResultContext context, PreparedEvents prepared)
    {
        writer.WriteStartObject("context"u8);
        writer.WriteString("start"u8, context.Start);
        writer.WriteString("end"u8, context.End);
        writer.WritePropertyName("events_before"u8);
        prepared.WriteArray(writer, context.Before, withRoomId: true);
        writer.WritePropertyName("events_after"u8);
        prepared.WriteArray(writer, context.After, withRoomId: true);
        if (context.Profiles.Count > 0)
        {
            writer.WriteStartObject("profile_info"u8);
            foreach (var profile in context.Profiles)
            {
                writer.WriteStartObject(profile.UserId.Value);
                if (profile.DisplayName is not null)
                    writer.WriteString("displayname"u8, profile.DisplayName);
                if (profile.AvatarUrl is not null)
                    writer.WriteString("avatar_url"u8, profile.AvatarUrl);
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    static void WriteState(Utf8JsonWriter writer, Dictionary<RoomId, List<StoredEvent>> state, PreparedEvents prepared)
    {
        writer.WriteStartObject("state"u8);
        foreach (var (roomId, events) in state)
        {
            writer.WritePropertyName(roomId.Value);
            prepared.WriteArray(writer, events, withRoomId: true);
        }

        writer.WriteEndObject();
    }

    static void WriteGroups(Utf8JsonWriter writer, MessageSearchResult found, SearchCriteria criteria)
    {
        writer.WriteStartObject("groups"u8);
        if (criteria.ByRoom)
        {
            WriteGroup(writer, "room_id", found, static hit => hit.Event.RoomId.Value, room => found.Next is { } next
                ? next with { Room = RoomId.Parse(room) }
                : null);
        }

        if (criteria.BySender)
            WriteGroup(writer, "sender", found, static hit => hit.Event.Sender.Value, static _ => null);
        writer.WriteEndObject();
    }

    // The order of a group is that of its first result.
    static void WriteGroup(
        Utf8JsonWriter writer, string key, MessageSearchResult found, Func<MessageSearchHit, string> keyOf, Func<string, MessageSearchToken?> next)
    {
        writer.WriteStartObject(key);
        var order = 0;
        foreach (var group in found.Results.GroupBy(keyOf))
        {
            writer.WriteStartObject(group.Key);
            writer.WriteNumber("order"u8, ++order);
            if (next(group.Key) is { } token)
                writer.WriteString("next_batch"u8, token.ToString());
            writer.WriteStartArray("results"u8);
            foreach (var hit in group)
                writer.WriteStringValue(hit.Event.EventId.Value);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    async ValueTask<Dictionary<RoomId, List<StoredEvent>>> StateAsync(MessageSearchResult found, CancellationToken cancellationToken)
    {
        var state = new Dictionary<RoomId, List<StoredEvent>>();
        foreach (var view in found.Results.Select(static hit => hit.View).DistinctBy(static view => view.Room.RoomId))
            state[view.Room.RoomId] = [.. await reading.StateAsync(view, cancellationToken)];
        return state;
    }
}
