using System.Globalization;
using System.Text.Json.Nodes;

namespace Hybrid.Durability.Tests.Federated;

/// <summary>Someone who comes to a room, says something, and goes again; and who follows every invitation.</summary>
sealed class Visitor(Listener listener, Ledger ledger, Random dice)
{
    static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(400);

    readonly HashSet<string> _followed = [];
    int _said;

    Account Account => listener.Account;

    /// <summary>Comes and goes until <paramref name="end"/>; what is under way then is waited for.</summary>
    /// <param name="roomId">A room that anybody may join.</param>
    /// <param name="via">Servers in it.</param>
    /// <param name="end">When to begin no more.</param>
    public async Task RunAsync(string roomId, IReadOnlyList<string> via, CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            await JoinAsync(roomId, via);
            await PauseAsync();
            await SayAsync(roomId);
            await PauseAsync();
            await FollowAsync();
            await LeaveAsync(roomId);
            await PauseAsync();
        }
    }

    /// <summary>
    /// Follows the invitations that it has not followed yet, and says something there. One that is shown to it, and whose sender has no answer yet, is
    /// perhaps nothing to the room: it must hold from the answer on.
    /// </summary>
    public async Task FollowAsync()
    {
        foreach (var roomId in listener.Invitations.Except(_followed).Where(ledger.Invitations.ContainsKey).ToList())
        {
            _followed.Add(roomId);
            await JoinAsync(roomId, []);
            await SayAsync(roomId);
        }
    }

    async Task JoinAsync(string roomId, IReadOnlyList<string> via)
    {
        await Account.JoinAsync(roomId, via);
        ledger.Set(roomId, "m.room.member", Account.UserId, "join");
    }

    async Task LeaveAsync(string roomId)
    {
        var answer = await Account.InsistAsync(HttpMethod.Post, $"rooms/{Uri.EscapeDataString(roomId)}/leave", []);
        if (answer.Status != 200 && answer is not { Status: 403, Attempts: > 1 })
            ledger.Fault($"{Account.UserId} cannot leave {roomId}: {answer}");
        ledger.Set(roomId, "m.room.member", Account.UserId, "leave");
    }

    async Task SayAsync(string roomId)
    {
        var begun = DateTimeOffset.UtcNow;
        var transaction = string.Create(CultureInfo.InvariantCulture, $"v{_said}");
        var body = new JsonObject { ["msgtype"] = "m.text", ["body"] = transaction };
        _said++;
        var answer = await Account.CallAsync(HttpMethod.Put, $"rooms/{Uri.EscapeDataString(roomId)}/send/m.room.message/{transaction}", body);
        ledger.Add(new AcknowledgedEvent(roomId, answer.EventId, Account.UserId, begun));
    }

    Task PauseAsync() => Task.Delay(LongestPause * dice.NextDouble(), CancellationToken.None);
}
