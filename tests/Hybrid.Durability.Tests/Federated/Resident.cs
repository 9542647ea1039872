using System.Globalization;
using System.Text.Json.Nodes;

namespace Hybrid.Durability.Tests.Federated;

/// <summary>
/// Someone who stays in a room that users of all servers are in: says things, changes state, writes to devices, reads, and now and then invites a
/// visitor of another server into a room of their own. One thing after the other, each until it is acknowledged.
/// </summary>
sealed class Resident(Listener listener, Ledger ledger, Random dice)
{
    public const string MarkType = "test.mark";
    public const string ToDeviceType = "test.message";

    // One who says more is not killed more often in the middle of it, only checked for longer.
    static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(120);

    static int _transactions;

    readonly Dictionary<string, int> _toDevice = [];
    int _said;

    Account Account => listener.Account;

    /// <summary>Makes the room, in which everybody may do everything.</summary>
    public async Task<string> CreateRoomAsync(string preset)
    {
        var body = new JsonObject
        {
            ["preset"] = preset,
            ["power_level_content_override"] = new JsonObject { ["state_default"] = 0, ["invite"] = 0 },
        };
        return (string)(await Account.CallAsync(HttpMethod.Post, "createRoom", body)).Body["room_id"]!;
    }

    /// <summary>Joins the room through the server that made it.</summary>
    public async Task JoinAsync(string roomId, string via)
    {
        await Account.JoinAsync(roomId, [via]);
        ledger.Set(roomId, "m.room.member", Account.UserId, "join");
    }

    /// <summary>Does one thing after the other until <paramref name="end"/>; what is under way then is waited for.</summary>
    /// <param name="roomId">The room.</param>
    /// <param name="targets">Whom to write to-device messages.</param>
    /// <param name="visitors">Whom to invite.</param>
    /// <param name="end">When to begin no more.</param>
    public async Task RunAsync(string roomId, IReadOnlyList<Account> targets, IReadOnlyList<Account> visitors, CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            await (dice.Next(100) switch
            {
                < 55 => SayAsync(roomId),
                < 75 => WriteToDeviceAsync(targets[dice.Next(targets.Count)]),
                < 90 => MarkAsync(roomId),
                < 98 => ReadAsync(roomId),
                _ => InviteAsync(visitors[dice.Next(visitors.Count)]),
            });
            await Task.Delay(LongestPause * dice.NextDouble(), CancellationToken.None);
        }
    }

    public async Task SayAsync(string roomId)
    {
        var body = new JsonObject { ["msgtype"] = "m.text", ["body"] = $"{_said}" };
        _said++;
        await AcknowledgedAsync(HttpMethod.Put, roomId, $"rooms/{Uri.EscapeDataString(roomId)}/send/m.room.message/{NextTransaction()}", body);
    }

    public async Task WriteToDeviceAsync(Account target)
    {
        var number = _toDevice.GetValueOrDefault(target.UserId);
        _toDevice[target.UserId] = number + 1;
        var body = new JsonObject
        {
            ["messages"] = new JsonObject { [target.UserId] = new JsonObject { [target.DeviceId] = new JsonObject { ["n"] = number } } },
        };
        await Account.CallAsync(HttpMethod.Put, $"sendToDevice/{ToDeviceType}/{NextTransaction()}", body);
        ledger.SentToDevice(Account.UserId, target.UserId);
    }

    async Task MarkAsync(string roomId)
    {
        var mark = NextTransaction();
        await AcknowledgedAsync(
            HttpMethod.Put, roomId, $"rooms/{Uri.EscapeDataString(roomId)}/state/{MarkType}/{Uri.EscapeDataString(Account.UserId)}", new JsonObject { ["mark"] = mark });
        ledger.Set(roomId, MarkType, Account.UserId, mark);
    }

    async Task ReadAsync(string roomId)
    {
        if (listener.LatestOf(roomId) is not { } latest)
            return;

        await Account.CallAsync(HttpMethod.Post, $"rooms/{Uri.EscapeDataString(roomId)}/receipt/m.read/{Uri.EscapeDataString(latest)}", []);
        ledger.Read(roomId, Account.UserId, latest);
    }

    // Of an invitation that was repeated the first may have arrived, and been followed.
    async Task InviteAsync(Account visitor)
    {
        var roomId = await CreateRoomAsync("private_chat");
        ledger.Set(roomId, "m.room.member", Account.UserId, "join");
        var invited = await Account.InsistAsync(HttpMethod.Post, $"rooms/{Uri.EscapeDataString(roomId)}/invite", new JsonObject { ["user_id"] = visitor.UserId });
        if (invited.Status != 200 && invited is not { Status: 403, Attempts: > 1 })
            ledger.Fault($"{Account.UserId} cannot invite {visitor.UserId} to {roomId}: {invited}");
        else
            ledger.Invited(roomId, visitor.UserId);
    }

    async Task AcknowledgedAsync(HttpMethod method, string roomId, string path, JsonObject body)
    {
        var begun = DateTimeOffset.UtcNow;
        var answer = await Account.CallAsync(method, path, body);
        ledger.Add(new AcknowledgedEvent(roomId, answer.EventId, Account.UserId, begun));
    }

    static string NextTransaction() => Interlocked.Increment(ref _transactions).ToString(CultureInfo.InvariantCulture);
}
