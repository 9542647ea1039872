using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Hybrid.Federation.Requests;
using Hybrid.Primitives;
using Hybrid.Rooms.Directory;

namespace Hybrid.Federation.Remote;

/// <summary>The published rooms of other servers (server-server API, "Published room directory"), kept for a moment.</summary>
sealed class RemoteDirectory(PeerQuestions peers, TimeProvider time) : IRemoteDirectory
{
    const int MaxAnswerBytes = 8 << 20;
    const int MaxToken = 4096;

    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    readonly AnswerCache<(ServerName Server, string Question), PublicRoomsPage> _cache = new(time, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(5), 200);

    public ValueTask<Result<PublicRoomsPage>> ListAsync(ServerName server, PublicRoomsQuery query, CancellationToken cancellationToken)
    {
        var target = FederationPath.Of("federation/v1/publicRooms");
        FederationRequest request;
        string question;
        if (query.SearchTerm is null && query.RoomTypes is null)
        {
            question = FederationPath.WithQuery(
                target,
                ("limit", query.Limit.ToString(CultureInfo.InvariantCulture)), ("since", query.Since),
                ("include_all_networks", query.AllNetworks ? "true" : null), ("third_party_instance_id", query.Network));
            request = FederationRequest.Get(question);
        }
        else
        {
            var body = Body(query);
            question = Convert.ToBase64String(body.Span);
            request = FederationRequest.Post(target, body);
        }

        request = request with { Timeout = Timeout, MaxAnswerBytes = MaxAnswerBytes, EvenInBackOff = true };
        return _cache.GetAsync((server, question), () => AskAsync(server, request, query.Limit), cancellationToken);
    }

    async Task<Result<PublicRoomsPage>> AskAsync(ServerName server, FederationRequest request, int limit)
    {
        var asked = await peers.AskAsync(server, request, answer => Read(answer, limit), CancellationToken.None);
        return asked.TryGet(out var page, out var failure) ? page : failure.ToMatrixError();
    }

    static PublicRoomsPage Read(JsonElement answer, int limit)
    {
        RoomSummary[] rooms = [.. answer.Items("chunk").Select(RemoteSummary.Read).OfType<RoomSummary>().Take(limit)];
        var total = answer.Integer("total_room_count_estimate") is { } told ? (int)Math.Clamp(told, 0, int.MaxValue) : rooms.Length;
        return new PublicRoomsPage(rooms, answer.Text("next_batch", MaxToken), answer.Text("prev_batch", MaxToken), total);
    }

    static ReadOnlyMemory<byte> Body(PublicRoomsQuery query)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteNumber("limit"u8, query.Limit);
            if (query.Since is { } since)
                writer.WriteString("since"u8, since);
            writer.WriteStartObject("filter"u8);
            if (query.SearchTerm is { } term)
                writer.WriteString("generic_search_term"u8, term);
            if (query.RoomTypes is { } types)
                WriteTypes(writer, types);
            writer.WriteEndObject();
            if (query.AllNetworks)
                writer.WriteBoolean("include_all_networks"u8, true);
            if (query.Network is { } network)
                writer.WriteString("third_party_instance_id"u8, network);
            writer.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    static void WriteTypes(Utf8JsonWriter writer, IReadOnlyList<string?> types)
    {
        writer.WriteStartArray("room_types"u8);
        foreach (var type in types)
            writer.WriteStringValue(type);
        writer.WriteEndArray();
    }
}
