using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Hybrid.Primitives;
using Hybrid.Rooms.Events;
using Hybrid.Rooms.Membership;
using Hybrid.Rooms.Sending;
using Hybrid.Sync;
using Hybrid.Sync.Sliding;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.SyncBench;

/// <summary>An answer that was read as it came.</summary>
/// <param name="FirstByte">When it began to arrive.</param>
/// <param name="Whole">When it was complete.</param>
/// <param name="Bytes">How long it was.</param>
/// <param name="Growth">How much more memory the process held at most, in bytes.</param>
sealed record Download(TimeSpan FirstByte, TimeSpan Whole, long Bytes, long Growth);

/// <summary>What the syncs of one user cost, in a process that has just started.</summary>
sealed class SyncMeasures(BenchServer server, string token, UserId userId, DeviceId deviceId)
{
    const string InitialSync = "/_matrix/client/v3/sync?filter=%7B%22room%22%3A%7B%22state%22%3A%7B%22lazy_load_members%22%3Atrue%7D%7D%7D";
    const string SlidingSync = "/_matrix/client/unstable/org.matrix.simplified_msc3575/sync";
    const int IdleCount = 10_000;

    const string FirstWindow =
        """{"lists":{"all":{"ranges":[[0,19]],"timeline_limit":1,"required_state":[["m.room.name",""],["m.room.member","$LAZY"]]}}}""";

    const string AllRooms =
        """
        {"lists":{"all":{"ranges":[[0,1999]],"timeline_limit":1,"required_state":[["m.room.name",""],["m.room.member","$LAZY"]]}},
         "extensions":{"e2ee":{"enabled":true},"account_data":{"enabled":true},"receipts":{"enabled":true},"typing":{"enabled":true}}}
        """;

    /// <summary>The first screen of a sliding sync: the latest 20 rooms.</summary>
    public Task<Download> ReadFirstWindowAsync() => DownloadAsync(HttpMethod.Post, SlidingSync, FirstWindow);

    /// <summary>An initial <c>/sync</c>.</summary>
    public Task<Download> ReadInitialAsync() => DownloadAsync(HttpMethod.Get, InitialSync, null);

    /// <summary>Processor time of a <c>/sync</c> that finds nothing new, without HTTP, in milliseconds.</summary>
    public async Task<double> MeasureIdleAsync()
    {
        var engine = server.Services.GetRequiredService<SyncEngine>();
        using var initial = new MemoryStream();
        await engine.SyncAsync(new SyncRequest(userId, deviceId, null), piece => Keep(initial, piece.Bytes), default);
        if (!StreamPositions.TryParse(Find(initial, "next_batch"), out var since))
            throw new InvalidDataException("next_batch is no token.");

        var request = new SyncRequest(userId, deviceId, since);
        return await TimeAsync(() => engine.SyncAsync(request, static _ => ValueTask.CompletedTask, default));
    }

    /// <summary>The same for a sliding sync that shows all rooms, with the extensions of a client.</summary>
    public async Task<double> MeasureIdleSlidingAsync()
    {
        var engine = server.Services.GetRequiredService<SlidingSyncEngine>();
        var body = Encoding.UTF8.GetBytes(AllRooms);
        string? pos = null;
        for (var i = 0; i < 2; i++)
        {
            using var answer = new MemoryStream();
            await engine.SyncAsync(Request(), bytes => Keep(answer, bytes), default);
            pos = Find(answer, "pos");
        }

        return await TimeAsync(() => engine.SyncAsync(Request(), static _ => ValueTask.CompletedTask, default));

        SlidingRequest Request() => SlidingRequestReader.Read(userId, deviceId, body, pos, 0, isStable: false);
    }

    /// <summary>Time of a sliding sync that shows all rooms and finds one message new, in milliseconds; sending it is not counted.</summary>
    public async Task<double> MeasureOneMessageAsync()
    {
        const int Count = 500;
        var engine = server.Services.GetRequiredService<SlidingSyncEngine>();
        var sending = server.Services.GetRequiredService<EventSending>();
        var rooms = (await server.Services.GetRequiredService<MembershipIndex>().OfAsync(userId, default)).Keys.Order().ToList();
        var body = Encoding.UTF8.GetBytes(AllRooms);
        var content = Encoding.UTF8.GetBytes("""{"msgtype":"m.text","body":"news"}""");
        string? pos = null;
        var spent = TimeSpan.Zero;
        for (var i = -Count / 5; i < Count; i++)
        {
            if (pos is not null && (await sending.SendAsync(rooms[Math.Abs(i) % Math.Min(10, rooms.Count)], new EventProposal("m.room.message", userId, content), default)).Error is { } error)
                throw new InvalidDataException(error.Message);

            using var answer = new MemoryStream();
            var began = Stopwatch.GetTimestamp();
            await engine.SyncAsync(SlidingRequestReader.Read(userId, deviceId, body, pos, 0, isStable: false), bytes => Keep(answer, bytes), default);
            if (i >= 0)
                spent += Stopwatch.GetElapsedTime(began);
            pos = Find(answer, "pos");
        }

        return spent.TotalMilliseconds / Count;
    }

    static async Task<double> TimeAsync(Func<ValueTask> sync)
    {
        for (var i = 0; i < IdleCount / 10; i++)
            await sync();
        using var process = Process.GetCurrentProcess();
        var before = process.TotalProcessorTime;
        for (var i = 0; i < IdleCount; i++)
            await sync();
        process.Refresh();
        return (process.TotalProcessorTime - before).TotalMilliseconds / IdleCount;
    }

    async Task<Download> DownloadAsync(HttpMethod method, string path, string? body)
    {
        using var memory = new MemoryWatch();
        var clock = Stopwatch.StartNew();
        using var response = await server.SendAsync(token, method, path, body);
        await using var stream = await response.Content.ReadAsStreamAsync();
        var buffer = new byte[64 * 1024];
        var length = 0L;
        TimeSpan? first = null;
        for (int read; (read = await stream.ReadAsync(buffer)) > 0; length += read)
            first ??= clock.Elapsed;
        return new Download(first ?? clock.Elapsed, clock.Elapsed, length, memory.Stop());
    }

    static ValueTask Keep(MemoryStream into, ReadOnlyMemory<byte> bytes)
    {
        into.Write(bytes.Span);
        return ValueTask.CompletedTask;
    }

    static string? Find(MemoryStream answer, string name)
    {
        using var document = JsonDocument.Parse(answer.ToArray());
        return document.RootElement.GetProperty(name).GetString();
    }
}
