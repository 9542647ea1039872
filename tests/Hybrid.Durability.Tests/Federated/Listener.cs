using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace Hybrid.Durability.Tests.Federated;

/// <summary>
/// A client that syncs all the time, as clients do: an answer that did not arrive whole is asked for again, and what a <c>limited</c> timeline leaves out
/// is fetched. No event may come twice. One who comes and goes begins a room anew where its timeline is limited.
/// </summary>
sealed class Listener(Account account, bool stays, Ledger ledger)
{
    const string Filter = """{"room":{"timeline":{"limit":10}},"presence":{"types":[]}}""";

    readonly ConcurrentDictionary<string, SeenRoom> _rooms = new();
    readonly ConcurrentDictionary<string, bool> _invitations = new();
    readonly ConcurrentDictionary<string, ConcurrentQueue<int>> _toDevice = new();
    string? _since;

    public Account Account { get; } = account;

    /// <summary>Whether its user joins rooms once and for all.</summary>
    public bool Stays { get; } = stays;

    /// <summary>Rooms that it is in, as it has seen them. Read when nothing is said any more.</summary>
    public IReadOnlyDictionary<string, SeenRoom> Rooms => _rooms;

    /// <summary>Rooms that its user was invited to.</summary>
    public ICollection<string> Invitations => _invitations.Keys;

    /// <summary>The numbers of a sender's to-device messages, as they came.</summary>
    public IReadOnlyList<int> ToDeviceOf(string sender) => _toDevice.TryGetValue(sender, out var numbers) ? [.. numbers] : [];

    /// <summary>The latest event that it has seen of a room, if any.</summary>
    public string? LatestOf(string roomId) => _rooms.TryGetValue(roomId, out var room) ? room.Latest : null;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                var path = $"sync?timeout=20000&filter={Uri.EscapeDataString(Filter)}{(_since is null ? "" : $"&since={Uri.EscapeDataString(_since)}")}";
                var answer = await Account.CallAsync(HttpMethod.Get, path, null, cancellationToken);
                await TakeAsync(answer.Body);
                _since = (string)answer.Body["next_batch"]!;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                // An answer that has come is worked off to its end: this one has not.
            }
        }
    }

    async Task TakeAsync(JsonObject sync)
    {
        foreach (var (roomId, room) in Section(sync, "join"))
            await TakeTimelineAsync(roomId, room!["timeline"]!);
        foreach (var (roomId, _) in Section(sync, "leave"))
            _rooms.TryRemove(roomId, out _);
        foreach (var (roomId, _) in Section(sync, "invite"))
            _invitations[roomId] = true;
        foreach (var message in sync["to_device"]?["events"]?.AsArray() ?? [])
            _toDevice.GetOrAdd((string)message!["sender"]!, static _ => []).Enqueue((int)message["content"]!["n"]!);
    }

    async Task TakeTimelineAsync(string roomId, JsonNode timeline)
    {
        var events = timeline["events"]!.AsArray();
        var limited = (bool)timeline["limited"]!;
        if (!_rooms.TryGetValue(roomId, out var room) || (limited && !Stays))
        {
            if (events.Count == 0)
                return;

            _rooms[roomId] = room = new SeenRoom(DateTimeOffset.UtcNow, (string)events[0]!["event_id"]!);
        }
        else if (limited)
        {
            await FillAsync(roomId, room, (string)timeline["prev_batch"]!);
        }

        foreach (var seen in events)
        {
            if (!room.TryAdd((string)seen!["event_id"]!))
                ledger.Fault($"{Account.UserId} sees {seen["event_id"]} of {roomId} twice: {seen.ToJsonString()}");
        }
    }

    // From the limited timeline back to what was seen before.
    async Task FillAsync(string roomId, SeenRoom room, string from)
    {
        var missed = new List<string>();
        for (string? next = from; next is not null;)
        {
            var path = $"rooms/{Uri.EscapeDataString(roomId)}/messages?dir=b&limit=50&from={Uri.EscapeDataString(next)}";
            var page = (await Account.CallAsync(HttpMethod.Get, path)).Body;
            foreach (var eventId in page["chunk"]!.AsArray().Select(static seen => (string)seen!["event_id"]!))
            {
                if (room.EventIds.Contains(eventId))
                {
                    Add();
                    return;
                }

                missed.Add(eventId);
            }

            next = (string?)page["end"];
        }

        ledger.Fault($"{Account.UserId} finds no way back from the limited timeline of {roomId}");

        void Add()
        {
            for (var i = missed.Count - 1; i >= 0; i--)
                room.TryAdd(missed[i]);
        }
    }

    static JsonObject Section(JsonObject sync, string name) => sync["rooms"]?[name]?.AsObject() ?? [];
}
