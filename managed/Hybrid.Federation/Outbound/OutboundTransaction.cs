using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Hybrid.Federation.Requests;
using Hybrid.Primitives;
using Hybrid.Storage.Rooms;

namespace Hybrid.Federation.Outbound;

/// <summary>EDUs of one source in a transaction.</summary>
/// <param name="Source">Where they come from.</param>
/// <param name="Batch">What was read.</param>
readonly record struct SourcedEdus(IEduSource Source, EduBatch Batch);

/// <summary>
/// A transaction as it is sent (server-server API, "Transactions"). Its ID is derived from what it carries: whatever is sent again after a crash has the
/// same ID if and only if it is the same, so no peer takes one for the other. What is volatile never comes a second time, and makes the ID unique.
/// </summary>
sealed class OutboundTransaction
{
    readonly byte[] _body;

    OutboundTransaction(string id, byte[] body)
    {
        Id = id;
        _body = body;
    }

    public string Id { get; }

    public ReadOnlyMemory<byte> Body => _body;

    /// <summary>The events in it.</summary>
    public required IReadOnlyList<StoredEvent> Events { get; init; }

    /// <summary>Up to which position a room is taken when the transaction is.</summary>
    public required IReadOnlyDictionary<RoomId, long> Rooms { get; init; }

    public required IReadOnlyList<SourcedEdus> Edus { get; init; }

    /// <summary>When it was sent first.</summary>
    public required DateTimeOffset Begun { get; init; }

    /// <summary>How many events and EDUs there are in it.</summary>
    public int Size => Events.Count + Edus.Sum(static edus => edus.Batch.Edus.Count);

    public FederationRequest ToRequest() => FederationRequest.Put(FederationPath.Of("federation/v1/send", Id), Body);

    /// <summary>Makes a transaction. The bytes of events and EDUs go into it as they are.</summary>
    public static OutboundTransaction Make(
        ServerName origin, IReadOnlyList<StoredEvent> events, IReadOnlyList<SourcedEdus> edus, IReadOnlyDictionary<RoomId, long> rooms, DateTimeOffset now) =>
        new(Identify(events, edus), Write(origin, events, edus, now)) { Events = events, Rooms = rooms, Edus = edus, Begun = now };

    /// <summary>One with nothing in it, to see whether a server takes any. No other has its ID: the answer to another would say nothing.</summary>
    public static OutboundTransaction Empty(ServerName origin, DateTimeOffset now) =>
        new(Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(18)), Write(origin, [], [], now))
        {
            Events = [],
            Rooms = new Dictionary<RoomId, long>(),
            Edus = [],
            Begun = now,
        };

    /// <summary>The server has what is in it, or is not to get it.</summary>
    public async ValueTask AcknowledgeAsync(Destination destination, CancellationToken cancellationToken)
    {
        destination.Acknowledge(Rooms);
        foreach (var (source, batch) in Edus)
            await source.AcknowledgeAsync(destination.Name, batch, cancellationToken);
    }

    /// <summary>The same for another server.</summary>
    public OutboundTransaction For(IReadOnlyDictionary<RoomId, long> rooms) => new(Id, _body) { Events = Events, Rooms = rooms, Edus = Edus, Begun = Begun };

    static string Identify(IReadOnlyList<StoredEvent> events, IReadOnlyList<SourcedEdus> edus)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var stored in events)
            hash.AppendData(Encoding.UTF8.GetBytes(stored.EventId.Value));
        foreach (var (source, batch) in edus)
        {
            if (!source.IsDurable && batch.Edus.Count > 0)
                hash.AppendData(RandomNumberGenerator.GetBytes(16));
            else
                Append(hash, batch.Edus);
        }

        return Base64Url.EncodeToString(hash.GetHashAndReset().AsSpan(0, 18));
    }

    static void Append(IncrementalHash hash, IReadOnlyList<Edu> edus)
    {
        foreach (var edu in edus)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(edu.EduType));
            hash.AppendData(edu.Content.Span);
        }
    }

    static byte[] Write(ServerName origin, IReadOnlyList<StoredEvent> events, IReadOnlyList<SourcedEdus> edus, DateTimeOffset now)
    {
        var size = 256 + events.Sum(static stored => stored.Json.Length + 1)
            + edus.Sum(static source => source.Batch.Edus.Sum(static edu => edu.Content.Length + edu.EduType.Length + 32));
        var body = new ArrayBufferWriter<byte>(size);
        body.Write("{\"edus\":["u8);
        var isFirst = true;
        foreach (var edu in edus.SelectMany(static source => source.Batch.Edus))
        {
            body.Write(isFirst ? "{\"content\":"u8 : ",{\"content\":"u8);
            body.Write(edu.Content.Span);
            body.Write(",\"edu_type\":\""u8);
            body.Write(JsonEncodedText.Encode(edu.EduType).EncodedUtf8Bytes);
            body.Write("\"}"u8);
            isFirst = false;
        }

        body.Write("],\"origin\":\""u8);
        body.Write(Encoding.UTF8.GetBytes(origin.Value));
        body.Write("\",\"origin_server_ts\":"u8);
        body.Write(Encoding.UTF8.GetBytes(now.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture)));
        body.Write(",\"pdus\":["u8);
        for (var i = 0; i < events.Count; i++)
        {
            if (i > 0)
                body.Write(","u8);
            body.Write(events[i].Json.Span);
        }

        body.Write("]}"u8);
        return body.WrittenSpan.ToArray();
    }
}
