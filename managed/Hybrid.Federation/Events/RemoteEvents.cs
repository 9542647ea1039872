using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Hybrid.Federation.Requests;
using Hybrid.Primitives;
using Hybrid.Rooms.Receiving;
using Microsoft.Extensions.Logging;
using EventId = Hybrid.Primitives.EventId;

namespace Hybrid.Federation.Events;

/// <summary>A room as another server is asked about it.</summary>
/// <param name="RoomId">Which.</param>
/// <param name="Version">Its version, by which its events are read.</param>
public readonly record struct RemoteRoom(RoomId RoomId, string Version);

/// <summary>The IDs of a state and of all that authorizes it.</summary>
public sealed record RemoteStateIds(IReadOnlyList<EventId> State, IReadOnlyList<EventId> AuthChain);

/// <summary>
/// Asks other servers for events of rooms (server-server API, "Retrieving events", "Backfilling and retrieving missing events"). What it returns has
/// passed <see cref="EventVerifier"/>; what has not, and what cannot be had, is left out.
/// </summary>
public sealed class RemoteEvents(IFederationClient client, EventVerifier verifier, ILogger<RemoteEvents> logger)
{
    const int MaxState = 200_000;
    const long MaxStateBytes = 512L << 20;
    const int AtOnce = 8;

    /// <summary>Single events, several requests at a time.</summary>
    public async ValueTask<IReadOnlyList<IncomingEvent>> EventsAsync(
        ServerName server, RemoteRoom room, IReadOnlyCollection<EventId> eventIds, IncomingKind kind, CancellationToken cancellationToken)
    {
        var raw = new List<ReadOnlyMemory<byte>>();
        foreach (var chunk in eventIds.Chunk(AtOnce))
        {
            foreach (var answer in await Task.WhenAll(chunk.Select(id => AskAsync(server, FederationPath.Of("federation/v1/event", id.Value), 1 << 20, cancellationToken).AsTask())))
            {
                if (answer is { } body)
                    raw.AddRange(Read(server, body, "pdus", 1));
            }
        }

        return await VerifyAsync(server, room, raw, kind, cancellationToken);
    }

    /// <summary>Events between some that are known and some that are not all known, none of them less deep than <paramref name="minDepth"/>, <c>get_missing_events</c>.</summary>
    public async ValueTask<IReadOnlyList<IncomingEvent>> MissingAsync(
        ServerName server, RemoteRoom room, IReadOnlyCollection<EventId> earliest, IReadOnlyCollection<EventId> latest, long minDepth, int limit,
        CancellationToken cancellationToken)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            WriteIds(writer, "earliest_events", earliest);
            WriteIds(writer, "latest_events", latest);
            writer.WriteNumber("limit"u8, limit);
            writer.WriteNumber("min_depth"u8, minDepth);
            writer.WriteEndObject();
        }

        var request = FederationRequest.Post(FederationPath.Of("federation/v1/get_missing_events", room.RoomId.Value), buffer.WrittenMemory) with { MaxAnswerBytes = 8 << 20 };
        return await SendAsync(server, request, cancellationToken) is { } body
            ? await VerifyAsync(server, room, Read(server, body, "events", limit), IncomingKind.Timeline, cancellationToken)
            : [];
    }

    /// <summary>History from some events on backwards, these among it.</summary>
    public async ValueTask<IReadOnlyList<IncomingEvent>> BackfillAsync(
        ServerName server, RemoteRoom room, IReadOnlyCollection<EventId> from, int limit, CancellationToken cancellationToken)
    {
        (string, string?)[] query = [("limit", limit.ToString(CultureInfo.InvariantCulture)), .. from.Select(static id => ("v", (string?)id.Value))];
        var target = FederationPath.WithQuery(FederationPath.Of("federation/v1/backfill", room.RoomId.Value), query);
        return await AskAsync(server, target, 16 << 20, cancellationToken) is { } body
            ? await VerifyAsync(server, room, Read(server, body, "pdus", limit), IncomingKind.History, cancellationToken)
            : [];
    }

    /// <summary>The IDs of the state before an event; null when the server does not say.</summary>
    public async ValueTask<RemoteStateIds?> StateIdsAsync(ServerName server, RoomId roomId, EventId eventId, CancellationToken cancellationToken)
    {
        var target = FederationPath.WithQuery(FederationPath.Of("federation/v1/state_ids", roomId.Value), ("event_id", eventId.Value));
        if (await AskAsync(server, target, 64 << 20, cancellationToken) is not { } body)
            return null;

        try
        {
            return new RemoteStateIds(PduList.ReadIds(body, "pdu_ids", MaxState), PduList.ReadIds(body, "auth_chain_ids", MaxState));
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The state before an event and all that authorizes it, as outliers.</summary>
    public async ValueTask<IReadOnlyList<IncomingEvent>> StateAsync(ServerName server, RemoteRoom room, EventId eventId, CancellationToken cancellationToken)
    {
        var target = FederationPath.WithQuery(FederationPath.Of("federation/v1/state", room.RoomId.Value), ("event_id", eventId.Value));
        return await AskAsync(server, target, MaxStateBytes, cancellationToken) is { } body
            ? await VerifyAsync(server, room, [.. Read(server, body, "auth_chain", MaxState), .. Read(server, body, "pdus", MaxState)], IncomingKind.Outlier, cancellationToken)
            : [];
    }

    /// <summary>All that authorizes an event, as outliers.</summary>
    public async ValueTask<IReadOnlyList<IncomingEvent>> EventAuthAsync(ServerName server, RemoteRoom room, EventId eventId, CancellationToken cancellationToken) =>
        await AskAsync(server, FederationPath.Of("federation/v1/event_auth", room.RoomId.Value, eventId.Value), 64 << 20, cancellationToken) is { } body
            ? await VerifyAsync(server, room, Read(server, body, "auth_chain", MaxState), IncomingKind.Outlier, cancellationToken)
            : [];

    static void WriteIds(Utf8JsonWriter writer, string name, IReadOnlyCollection<EventId> ids)
    {
        writer.WriteStartArray(name);
        foreach (var id in ids)
            writer.WriteStringValue(id.Value);
        writer.WriteEndArray();
    }

    ValueTask<ReadOnlyMemory<byte>?> AskAsync(ServerName server, string target, long maxBytes, CancellationToken cancellationToken) =>
        SendAsync(server, FederationRequest.Get(target) with { MaxAnswerBytes = maxBytes, Timeout = TimeSpan.FromMinutes(2) }, cancellationToken);

    async ValueTask<ReadOnlyMemory<byte>?> SendAsync(ServerName server, FederationRequest request, CancellationToken cancellationToken)
    {
        if ((await client.SendAsync(server, request, cancellationToken)).TryGet(out var answer, out var failure))
            return answer.Body;

        logger.LogDebug("{Server} was asked for events: {Failure}", server, failure);
        return null;
    }

    List<ReadOnlyMemory<byte>> Read(ServerName server, ReadOnlyMemory<byte> body, string name, int max)
    {
        try
        {
            return PduList.Read(body, name, max);
        }
        catch (JsonException exception)
        {
            logger.LogInformation("{Server} answers with no JSON: {Reason}", server, exception.Message);
            return [];
        }
    }

    async ValueTask<IReadOnlyList<IncomingEvent>> VerifyAsync(
        ServerName server, RemoteRoom room, List<ReadOnlyMemory<byte>> raw, IncomingKind kind, CancellationToken cancellationToken)
    {
        var events = new List<IncomingEvent>(raw.Count);
        foreach (var verified in await verifier.VerifyAsync(room.Version, room.RoomId, raw, kind, cancellationToken))
        {
            if (verified.Event is { } incoming)
                events.Add(incoming);
            else
                logger.LogInformation("An event of {Room} that {Server} sent is refused: {Reason}", room.RoomId, server, verified.Reason);
        }

        return events;
    }
}
