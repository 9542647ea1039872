using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Hybrid.Durability.Tests.Federated;

/// <summary>What must hold once all servers run again and nobody says anything: all that was acknowledged is everywhere, and came to everybody once.</summary>
sealed class HealedRooms(IReadOnlyList<Listener> listeners, Ledger ledger)
{
    const int MostNamed = 8;

    // Servers find each other again after seconds; what has not arrived by then is not on its way.
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    readonly HashSet<string> _checked = [];

    /// <summary>Waits until everything holds in rooms that were not looked at before: how long that took. Fails the test when it does not come to be.</summary>
    /// <param name="between">Called before each look.</param>
    public async Task<TimeSpan> CheckAsync(Func<Task> between)
    {
        var begun = Stopwatch.GetTimestamp();
        while (true)
        {
            await between();
            var rooms = listeners.SelectMany(static listener => listener.Rooms.Keys).Where(room => !_checked.Contains(room)).ToHashSet();
            var missing = new List<string>(MissingToDevice().Concat(MissingInvitations()));
            foreach (var roomId in rooms)
                missing.AddRange(await MissingAsync(roomId));

            // What came twice, or in a wrong order, does not heal.
            if (!ledger.Faults.IsEmpty)
                throw new InvalidOperationException(string.Join('\n', ledger.Faults.Take(MostNamed)));
            if (missing.Count == 0)
            {
                _checked.UnionWith(rooms);
                return Stopwatch.GetElapsedTime(begun);
            }

            if (Stopwatch.GetElapsedTime(begun) > Limit)
                throw new InvalidOperationException($"{missing.Count} faults after {Limit.TotalSeconds} s:\n{string.Join('\n', missing.Take(MostNamed))}");
            await Task.Delay(Pause);
        }
    }

    IEnumerable<string> MissingToDevice()
    {
        foreach (var ((sender, target), count) in ledger.ToDevice)
        {
            var came = listeners.Single(listener => listener.Account.UserId == target).ToDeviceOf(sender);
            if (!came.SequenceEqual(Enumerable.Range(0, count)))
                yield return $"{target} has {came.Count} of {count} to-device messages of {sender}: {string.Join(' ', Odd(came))}";
        }
    }

    // Where the row breaks.
    static IEnumerable<int> Odd(IReadOnlyList<int> numbers) => numbers.Where((number, index) => number != index).Take(MostNamed);

    IEnumerable<string> MissingInvitations() =>
        from invited in ledger.Invitations
        where !listeners.Any(listener => listener.Account.UserId == invited.Value && listener.Rooms.ContainsKey(invited.Key))
        select $"{invited.Value} was invited to {invited.Key} and is not there";

    async Task<List<string>> MissingAsync(string roomId)
    {
        var missing = new List<string>();
        var inRoom = listeners.Where(listener => listener.Rooms.ContainsKey(roomId)).ToList();
        var acknowledged = ledger.Events.Where(sent => sent.RoomId == roomId).ToList();
        string? agreed = null;
        foreach (var ofServer in inRoom.GroupBy(static listener => listener.Account.ServerName))
        {
            var reader = ofServer.First().Account;
            var state = await ReadStateAsync(reader, roomId);
            var text = string.Join('\n', state.Select(static entry => $"{entry.Key} {entry.Value["event_id"]}").Order(StringComparer.Ordinal));
            agreed ??= text;
            if (text != agreed)
                missing.Add($"{ofServer.Key} holds another state of {roomId}:\n{Difference(agreed, text)}");
            missing.AddRange(MissingState(ofServer.Key, roomId, state));

            var history = await ReadHistoryAsync(reader, roomId);
            if (history.Count != history.Distinct().Count())
                missing.Add($"{ofServer.Key} has events of {roomId} twice in its history");
            missing.AddRange(acknowledged.ExceptBy(history, static sent => sent.EventId)
                .Select(sent => $"{sent.EventId} of {sent.Sender}, acknowledged, is not in the history of {roomId} at {ofServer.Key}"));
            foreach (var listener in ofServer.Where(static listener => listener.Stays))
                missing.AddRange(MissingFrom(listener, roomId, acknowledged, history));
        }

        foreach (var listener in inRoom.Where(static listener => listener.Stays))
        {
            if (ledger.Receipts.TryGetValue((roomId, listener.Account.UserId), out var read) && await ReadReceiptAsync(listener.Account, roomId) != read)
                missing.Add($"{listener.Account.UserId} has read {read} of {roomId}, which is forgotten");
        }

        return missing;
    }

    static IEnumerable<string> MissingFrom(Listener listener, string roomId, List<AcknowledgedEvent> acknowledged, List<string> history)
    {
        var seen = listener.Rooms[roomId];
        var later = acknowledged.Where(sent => sent.Begun > seen.Since).Select(static sent => sent.EventId);
        foreach (var eventId in later.Union(history.Skip(history.IndexOf(seen.First))).Where(eventId => !seen.EventIds.Contains(eventId)))
            yield return $"{listener.Account.UserId} was not shown {eventId} of {roomId}";
    }

    IEnumerable<string> MissingState(string server, string roomId, Dictionary<string, JsonNode> state)
    {
        foreach (var ((_, type, key), value) in ledger.State.Where(set => set.Key.RoomId == roomId))
        {
            var content = state.TryGetValue($"{type} {key}", out var entry) ? entry["content"] : null;
            var found = (string?)content?[type == "m.room.member" ? "membership" : "mark"];
            if (found != value)
                yield return $"{type} of {key} in {roomId} was acknowledged as {value} and is {found ?? "nothing"} at {server}";
        }
    }

    // The endpoint for state answers with an array, unlike all that an Account asks for.
    static async Task<Dictionary<string, JsonNode>> ReadStateAsync(Account reader, string roomId)
    {
        var page = await reader.CallAsync(HttpMethod.Get, $"sync?timeout=0&full_state=true&filter={Uri.EscapeDataString(OfRoom(roomId))}");
        var room = page.Body["rooms"]!["join"]![roomId]!;
        return room["state"]!["events"]!.AsArray().Concat(room["timeline"]!["events"]!.AsArray()).Where(static entry => entry!["state_key"] is not null)
            .GroupBy(static entry => $"{entry!["type"]} {entry["state_key"]}").ToDictionary(static entries => entries.Key, static entries => entries.Last()!);
    }

    static async Task<string?> ReadReceiptAsync(Account reader, string roomId)
    {
        var page = await reader.CallAsync(HttpMethod.Get, $"sync?timeout=0&filter={Uri.EscapeDataString(OfRoom(roomId))}");
        var ephemeral = page.Body["rooms"]?["join"]?[roomId]?["ephemeral"]?["events"]?.AsArray() ?? [];
        return ephemeral.Where(static entry => (string)entry!["type"]! == "m.receipt").SelectMany(static entry => entry!["content"]!.AsObject())
            .Where(ofEvent => ofEvent.Value!["m.read"]?[reader.UserId] is not null).Select(static ofEvent => ofEvent.Key).FirstOrDefault();
    }

    static string OfRoom(string roomId) =>
        new JsonObject { ["room"] = new JsonObject { ["rooms"] = new JsonArray(roomId), ["timeline"] = new JsonObject { ["limit"] = 1 } } }.ToJsonString();

    // The oldest first. Paging back is what fetches history that other servers have.
    static async Task<List<string>> ReadHistoryAsync(Account reader, string roomId)
    {
        var eventIds = new List<string>();
        string? from = null;
        do
        {
            var query = $"dir=b&limit=500{(from is null ? "" : $"&from={Uri.EscapeDataString(from)}")}";
            var page = (await reader.CallAsync(HttpMethod.Get, $"rooms/{Uri.EscapeDataString(roomId)}/messages?{query}")).Body;
            eventIds.AddRange(page["chunk"]!.AsArray().Select(static seen => (string)seen!["event_id"]!));
            from = (string?)page["end"];
        }
        while (from is not null);
        eventIds.Reverse();
        return eventIds;
    }

    static string Difference(string one, string other) =>
        string.Join('\n', one.Split('\n').Except(other.Split('\n')).Select(static line => "< " + line).Concat(
            other.Split('\n').Except(one.Split('\n')).Select(static line => "> " + line)));
}
