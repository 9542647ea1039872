using System.Diagnostics;
using System.Globalization;
using Hybrid.Bench;
using Hybrid.Primitives;
using Hybrid.SyncBench;

// What a sync costs that shows many rooms, and one that shows nothing new: Hybrid.SyncBench [rooms]
var rooms = args.Length > 0 && args[0] != "measure" ? int.Parse(args[0], CultureInfo.InvariantCulture) : 1500;
return args is ["measure", var folder, var count, var token, var device]
    ? await MeasureAsync(folder, int.Parse(count, CultureInfo.InvariantCulture), token, DeviceId.Parse(device))
    : await RunAsync(rooms);

// Each size is measured in a process of its own, which has loaded nothing yet.
static async Task<int> RunAsync(int rooms)
{
    var folder = Directory.CreateTempSubdirectory("hybrid-sync-").FullName;
    try
    {
        Console.WriteLine("| what | rooms | first byte ms | whole ms | MB sent | memory growth MB | CPU ms each |");
        Console.WriteLine("|---|---:|---:|---:|---:|---:|---:|");
        foreach (var size in (int[])[10, rooms])
        {
            (string Token, string Device) session;
            await using (var server = await BenchServer.StartAsync(folder))
            {
                session = await server.RegisterAsync(RoomFilling.Reader(size).Localpart);
                await RoomFilling.FillAsync(server, size);
            }

            using var child = Process.Start(Environment.ProcessPath!, ["measure", folder, size.ToString(CultureInfo.InvariantCulture), session.Token, session.Device]);
            await child.WaitForExitAsync();
            if (child.ExitCode != 0)
                return child.ExitCode;
        }

        return 0;
    }
    finally
    {
        Directory.Delete(folder, recursive: true);
    }
}

static async Task<int> MeasureAsync(string folder, int rooms, string token, DeviceId device)
{
    await using var server = await BenchServer.StartAsync(folder);
    var measures = new SyncMeasures(server, token, RoomFilling.Reader(rooms), device);
    var rows = new List<SummaryRow>();

    // Something else first, so that the code of the server is there.
    await server.RegisterAsync($"warm{rooms}");
    Report("first window of a sliding sync", await measures.ReadFirstWindowAsync());
    Report("initial sync", await measures.ReadInitialAsync());
    ReportIdle("sync with nothing new", await measures.MeasureIdleAsync());
    ReportIdle("sliding sync with nothing new", await measures.MeasureIdleSlidingAsync());
    ReportIdle("sliding sync with one message new", await measures.MeasureOneMessageAsync());
    if (BenchmarkSummary.FindRepository() is { } repository)
        BenchmarkSummary.Write(repository, rows);
    return 0;

    void Report(string what, Download download)
    {
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {what} | {rooms} | {download.FirstByte.TotalMilliseconds:0} | {download.Whole.TotalMilliseconds:0} | {download.Bytes / 1e6:0.00} | {download.Growth / 1e6:0} | |"));
        rows.Add(SummaryRow.Of($"{what} of {rooms} rooms, first byte", "ms", download.FirstByte.TotalMilliseconds, null, null));
        rows.Add(SummaryRow.Of($"{what} of {rooms} rooms, memory growth", "MB", download.Growth / 1e6, null, null));
    }

    void ReportIdle(string what, double milliseconds)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {what} | {rooms} | | | | | {milliseconds:0.0000} |"));
        rows.Add(SummaryRow.Of($"{what} in {rooms} rooms, CPU", "ms", milliseconds, null, null));
    }
}
