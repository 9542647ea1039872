using System.Text.Json;
using Hybrid.Primitives;
using Hybrid.Storage.AccountData;
using Hybrid.Storage.Streams;

namespace Hybrid.Accounts.AccountData;

/// <summary>The policy lists that users follow: the rooms of their global account data <c>org.hybrid.policy_lists</c>, <c>{"rooms": [room ID, …]}</c>.</summary>
public sealed class PolicySubscriptions(IAccountDataStore store, StreamHub hub) : IDisposable
{
    const int MaxLists = 50;

    readonly ParsedAccountData<IReadOnlyList<RoomId>> _lists = new(store, hub, ["org.hybrid.policy_lists"], static content => content is { } json ? Parse(json) : []);

    public ValueTask<IReadOnlyList<RoomId>> OfAsync(UserId userId, CancellationToken cancellationToken) => _lists.OfAsync(userId, cancellationToken);

    public void Dispose() => _lists.Dispose();

    static List<RoomId> Parse(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        if (!document.RootElement.TryGetProperty("rooms", out var rooms) || rooms.ValueKind != JsonValueKind.Array)
            return [];

        var lists = new List<RoomId>();
        foreach (var entry in rooms.EnumerateArray())
        {
            if (lists.Count < MaxLists && entry.ValueKind == JsonValueKind.String && RoomId.TryParse(entry.GetString(), out var roomId))
                lists.Add(roomId);
        }

        return lists;
    }
}
