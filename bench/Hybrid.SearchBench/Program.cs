using System.Diagnostics;
using System.Globalization;
using System.Text;
using Hybrid.Bench;
using Hybrid.Native;
using Hybrid.Primitives;
using Hybrid.Primitives.Text;
using Hybrid.Rooms;
using Hybrid.Rooms.Creation;
using Hybrid.Rooms.Events;
using Hybrid.Rooms.Membership;
using Hybrid.Rooms.Sending;
using Hybrid.Rooms.Timeline;
using Hybrid.Search.Messages;
using Hybrid.SearchBench;
using Hybrid.Storage.Search;
using Hybrid.Storage.Sqlite;
using Hybrid.Storage.Sqlite.Engine;
using Hybrid.Storage.Streams;
using Microsoft.Extensions.DependencyInjection;

// What the search for messages costs, beside a scan of the same events: Hybrid.SearchBench [messages]
const int Rooms = 20;
const int AtOnce = 64;
const int WordsEach = 12;
const int Page = 10;
var messages = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 100_000;

var folder = Directory.CreateTempSubdirectory("hybrid-search-").FullName;
using var key = SigningKey.Generate("1");
await using var provider = new ServiceCollection()
    .AddLogging()
    .AddSingleton(TimeProvider.System)
    .AddSingleton<StreamHub>()
    .AddSingleton(new ServerIdentity(ServerName.Parse("bench.example.org"), key))
    .AddSingleton<IMemberProfiles, NoProfiles>()
    .AddSingleton<IErasedUsers, NoErasedUsers>()
    .AddSingleton(services => SqliteDatabase.Open(Path.Combine(folder, "hybrid.db"), services.GetRequiredService<StreamHub>()))
    .AddSqliteStores()
    .AddRooms()
    .AddSingleton<MessageIndexReader>()
    .BuildServiceProvider();
var (database, index, sending) = (provider.GetRequiredService<SqliteDatabase>(), provider.GetRequiredService<IMessageIndexStore>(), provider.GetRequiredService<EventSending>());
var author = UserId.Parse("@author:bench.example.org");
var words = new Vocabulary(20_000);

var rooms = new List<RoomId>();
for (var room = 0; room < Rooms; room++)
    rooms.Add((await provider.GetRequiredService<RoomCreation>().CreateAsync(new RoomCreationTerms(author, "12", RoomPreset.PublicChat), default)).Value);
var sentences = Enumerable.Range(0, messages).Select(_ => words.Sentence(WordsEach)).ToArray();
var next = -1;
await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => Task.Run(async () =>
{
    for (int number; (number = Interlocked.Increment(ref next)) < messages;)
        await SayAsync(number, sentences[number]);
})));

// The reader has all of it before it.
var before = await SizeAsync();
var reader = provider.GetRequiredService<MessageIndexReader>();
var (clock, processor) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
await reader.StartAsync(default);
await SayAsync(0, "the last of them");
await reader.CatchUpAsync(default);
var (indexing, cpu) = (clock.Elapsed, Environment.CpuUsage.TotalTime - processor);
var bytes = (await SizeAsync() - before) / (double)messages;
await reader.StopAsync(default);

Console.WriteLine(string.Create(
    CultureInfo.InvariantCulture,
    $"{messages} messages of {WordsEach} words in {Rooms} rooms: taken in at {messages / indexing.TotalSeconds:0}/s, {cpu.TotalMicroseconds / messages:0.0} µs of CPU and {bytes:0} B each"));
Console.WriteLine($"| the newest {Page} with | matches | index, ms | best {Page} of them, ms | LIKE over the events, ms |");
Console.WriteLine("|---|---:|---:|---:|---:|");
var rows = new List<SummaryRow> { SummaryRow.Of("taking a message into the search index, CPU", "µs", cpu.TotalMicroseconds / messages, null, null) };
foreach (var (label, text) in new[] { ("a word in seven of ten messages", words[0]), ("a word in a hundred", words[40]), ("a rare word", words[15_000]), ("two words together", $"{words[40]} {words[400]}"), ("a word that nobody said", "nobody") })
{
    var query = new MessageQuery(SearchTokens.Wanted(text), rooms, SearchKeys.Body);
    var found = await index.FindRecentAsync(query, long.MaxValue, Page, default);
    if (!found.Select(static match => match.Event.EventId).SequenceEqual(Scan(text)))
        throw new InvalidOperationException($"The index and the scan find different messages for '{text}'.");

    var matches = await index.CountAsync(query, default);
    var (indexed, best, scanned) = (
        await MeasureAsync(async () => await index.FindRecentAsync(query, long.MaxValue, Page, default)),
        await MeasureAsync(async () => await index.FindBestAsync(query, Page, default)),
        await MeasureAsync(() => Task.FromResult(Scan(text))));
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {label} | {matches} | {indexed:0.000} | {best:0.000} | {scanned:0.000} |"));
    rows.Add(SummaryRow.Of($"search among {messages} messages: {label}", "ms", indexed, scanned, "LIKE over the events"));
}

if (BenchmarkSummary.FindRepository() is { } repository)
    Console.WriteLine($"Summary: {BenchmarkSummary.Write(repository, rows)}");
await provider.DisposeAsync();
Directory.Delete(folder, recursive: true);
return 0;

async Task SayAsync(int number, string text)
{
    var content = Encoding.UTF8.GetBytes($$"""{"body":"{{text}}","msgtype":"m.text"}""");
    if ((await sending.SendAsync(rooms[number % Rooms], new EventProposal("m.room.message", author, content), default)).Error is { } error)
        throw new InvalidOperationException(error.Message);
}

ValueTask<long> SizeAsync() => database.WriteAsync(
    static writer => writer.Session.QueryInteger("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")!.Value, default);

// As a server without an index would search: the newest first, until there is a page of them. The plus keeps the plan to that order.
IReadOnlyList<EventId> Scan(string text)
{
    var (wanted, among) = (text.Split(' '), string.Join(',', rooms.Select(static room => $"'{room}'")));
    var patterns = string.Join(" AND ", wanted.Select(static word => $"CAST(json AS TEXT) LIKE '%{word}%'"));
    return database.Read(session => session.Query(
        $"SELECT event_id FROM events WHERE +room_id IN ({among}) AND +type = 'm.room.message' AND {patterns} ORDER BY position DESC LIMIT {Page}",
        static row => EventId.Parse(row.GetString(0))));
}

// The middle of as many runs as fit into a second, three at least, in milliseconds.
static async Task<double> MeasureAsync<T>(Func<Task<T>> run)
{
    _ = await run();
    var times = new List<double>();
    for (var all = Stopwatch.StartNew(); times.Count < 3 || all.Elapsed < TimeSpan.FromSeconds(1);)
    {
        var began = Stopwatch.GetTimestamp();
        _ = await run();
        times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
    }

    times.Sort();
    return times[times.Count / 2];
}

/// <summary>Nobody has a profile.</summary>
sealed class NoProfiles : IMemberProfiles
{
    public ValueTask<MemberProfile> FindAsync(UserId userId, CancellationToken cancellationToken) => new(new MemberProfile(null, null));
}

/// <summary>Nobody is erased.</summary>
sealed class NoErasedUsers : IErasedUsers
{
    static readonly Dictionary<UserId, long> None = [];

    public ValueTask<IReadOnlyDictionary<UserId, long>> ReadAsync(CancellationToken cancellationToken) => new(None);
}
