using System.Text;
using System.Text.Json;
using Hybrid.Accounts.Filters;
using Hybrid.Ephemeral.Presence;
using Hybrid.Ephemeral.Receipts;
using Hybrid.Ephemeral.Typing;
using Hybrid.Native;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Rooms.Creation;
using Hybrid.Rooms.Events;
using Hybrid.Rooms.Membership;
using Hybrid.Rooms.Sending;
using Hybrid.Rooms.Timeline;
using Hybrid.Storage.AccountData;
using Hybrid.Storage.Accounts;
using Hybrid.Storage.Push;
using Hybrid.Storage.Receipts;
using Hybrid.Storage.Rooms;
using Hybrid.Storage.Streams;
using Hybrid.Storage.ToDevice;
using Hybrid.Sync.Sliding;
using Hybrid.Tests.Shared;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Hybrid.Sync.Tests;

/// <summary>A server without HTTP: the real room engine and the real sync over a real database.</summary>
public sealed class SyncServer : IDisposable
{
    public static readonly UserId Alice = UserId.Parse("@alice:hybrid.test");
    public static readonly UserId Bob = UserId.Parse("@bob:hybrid.test");
    public static readonly UserId Carol = UserId.Parse("@carol:hybrid.test");

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    readonly TestDatabase _test = new();
    readonly SigningKey _key = SigningKey.Generate("1");
    ServiceProvider _services;

    public SyncServer()
    {
        Unread = new FakeUnreadCounts(_test.Hub);
        _services = Start();
        Task.Run(AddDevicesAsync).Wait();
    }

    public FakeTimeProvider Time { get; } = new(DateTimeOffset.FromUnixTimeMilliseconds(1_800_000_000_000));

    public FakeUnreadCounts Unread { get; private set; }

    public StreamHub Hub => _test.Hub;

    public TypingTracker Typing => Get<TypingTracker>();

    public PresenceTracker Presence => Get<PresenceTracker>();

    public ReceiptService Receipts => Get<ReceiptService>();

    public IAccountDataStore AccountData => Get<IAccountDataStore>();

    public SharedRooms Shared => Get<SharedRooms>();

    public static DeviceId DeviceOf(UserId user) => DeviceId.Parse(user.Localpart.ToUpperInvariant());

    public T Get<T>()
        where T : notnull =>
        _services.GetRequiredService<T>();

    public async Task<RoomId> CreateRoomAsync(UserId creator, params UserId[] members)
    {
        // The ID of a room is the hash of its first event: two of one moment would be one.
        Time.Advance(TimeSpan.FromMilliseconds(1));
        var roomId = (await Get<RoomCreation>().CreateAsync(new RoomCreationTerms(creator, "12", RoomPreset.PublicChat), default)).Value;
        foreach (var member in members)
            await JoinAsync(roomId, member);
        return roomId;
    }

    public async Task<RoomId> CreateSpaceAsync(UserId creator)
    {
        Time.Advance(TimeSpan.FromMilliseconds(1));
        using var content = JsonDocument.Parse("""{"type":"m.space"}""");
        var terms = new RoomCreationTerms(creator, "12", RoomPreset.PublicChat) { CreationContent = content.RootElement.Clone() };
        return (await Get<RoomCreation>().CreateAsync(terms, default)).Value;
    }

    public async Task<EventId> SayAsync(RoomId roomId, UserId sender, string body) =>
        await SendAsync(roomId, sender, "m.room.message", $$"""{"msgtype":"m.text","body":"{{body}}"}""");

    public async Task<EventId> SendAsync(RoomId roomId, UserId sender, string type, string content, string? stateKey = null, string? transaction = null)
    {
        var proposal = new EventProposal(type, sender, Encoding.UTF8.GetBytes(content))
        {
            StateKey = stateKey,
            Transaction = transaction is null ? null : new SendingTransaction(sender, DeviceOf(sender), transaction),
        };
        return (await Get<EventSending>().SendAsync(roomId, proposal, default)).Value;
    }

    public async Task JoinAsync(RoomId roomId, UserId user) => Check(await Get<MembershipChanges>().JoinAsync(roomId, user, MembershipTerms.None, default));

    public async Task LeaveAsync(RoomId roomId, UserId user) => Check(await Get<MembershipChanges>().LeaveAsync(roomId, user, MembershipTerms.None, default));

    public async Task InviteAsync(RoomId roomId, UserId sender, UserId target) =>
        Check(await Get<MembershipChanges>().InviteAsync(roomId, sender, target, MembershipTerms.None, default));

    public async Task BanAsync(RoomId roomId, UserId sender, UserId target) =>
        Check(await Get<MembershipChanges>().BanAsync(roomId, sender, target, MembershipTerms.None, default));

    public async Task ForgetAsync(RoomId roomId, UserId user) => Check(await Get<MembershipChanges>().ForgetAsync(roomId, user, default));

    public async Task ReadAsync(RoomId roomId, UserId user, EventId eventId, string type = ReceiptTypes.Read, string? thread = null) =>
        Check(await Receipts.SetAsync(roomId, user, type, eventId, thread, default));

    public Task StoreAsync(UserId user, string type, string content, RoomId? roomId = null) =>
        AccountData.PutAsync(user, roomId, type, Encoding.UTF8.GetBytes(content), default).AsTask();

    public async Task SendToDeviceAsync(UserId sender, UserId target, string content, string transaction)
    {
        var delivery = new ToDeviceDelivery(target, DeviceOf(target), Encoding.UTF8.GetBytes(content));
        Assert.True(await Get<IToDeviceStore>().TryDeliverAsync(
            new ToDeviceBatch(sender, DeviceOf(sender), transaction, "m.test", [delivery], Time.GetUtcNow()), [], default));
    }

    /// <summary>One sync that does not wait, unless <paramref name="wait"/> says for how long.</summary>
    public Task<SyncAnswer> SyncAsync(
        UserId user, SyncAnswer? since = null, string? filter = null, bool fullState = false, bool stateAfter = false, TimeSpan wait = default)
    {
        var request = new SyncRequest(user, DeviceOf(user), since?.Next)
        {
            Filter = filter is null ? SyncFilter.Everything : SyncFilter.Parse(Encoding.UTF8.GetBytes(filter)),
            FullState = fullState,
            UseStateAfter = stateAfter,
            Timeout = wait,
        };
        return AnswerAsync(request).WaitAsync(Patience);
    }

    /// <summary>One sliding sync that does not wait, unless <paramref name="wait"/> says for how long.</summary>
    public async Task<SlidingAnswer> SlideAsync(UserId user, string body, string? pos = null, bool stable = false, TimeSpan wait = default, DeviceId? device = null)
    {
        var request = SlidingRequestReader.Read(
            user, device ?? DeviceOf(user), Encoding.UTF8.GetBytes(body), pos, (long)wait.TotalMilliseconds, stable);
        byte[]? bytes = null;
        await Get<SlidingSyncEngine>().SyncAsync(
            request,
            answer =>
            {
                bytes = answer.ToArray();
                return ValueTask.CompletedTask;
            },
            default).AsTask().WaitAsync(Patience);
        using var document = JsonDocument.Parse(bytes!);
        return new SlidingAnswer(document.RootElement.Clone());
    }

    /// <summary>Ends the server and starts it again on the same data.</summary>
    public void Restart()
    {
        _services.Dispose();
        _test.Reopen();
        Unread = new FakeUnreadCounts(_test.Hub);
        _services = Start();
    }

    /// <summary>Lets time pass until a waiting sync has its answer.</summary>
    public async Task<T> TimeOutAsync<T>(Task<T> sync)
    {
        while (!sync.IsCompleted)
        {
            Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        return await sync;
    }

    public void Dispose()
    {
        _services.Dispose();
        _key.Dispose();
        _test.Dispose();
    }

    ServiceProvider Start() => _test.AddTo(new ServiceCollection())
        .AddLogging()
        .AddSingleton<TimeProvider>(Time)
        .AddSingleton(new ServerIdentity(ServerName.Parse("hybrid.test"), _key))
        .AddSingleton<IMemberProfiles, LocalpartProfiles>()
        .AddSingleton<IUnreadCounts>(Unread)
        .AddRooms()
        .AddRoomReading()
        .AddSync()
        .BuildServiceProvider();

    static void Check(Result<Done> result) => Assert.Null(result.Error);

    async Task<SyncAnswer> AnswerAsync(SyncRequest request)
    {
        using var body = new MemoryStream();
        var pieces = 0;
        await Get<SyncEngine>().SyncAsync(
            request,
            piece =>
            {
                Assert.Equal(pieces++ == 0, piece.IsFirst);
                body.Write(piece.Bytes.Span);
                return ValueTask.CompletedTask;
            },
            default);
        using var document = JsonDocument.Parse(body.ToArray());
        return new SyncAnswer(document.RootElement.Clone()) { Pieces = pieces };
    }

    async Task AddDevicesAsync()
    {
        foreach (var user in new[] { Alice, Bob, Carol })
        {
            await Get<IAccountStore>().TryAddAsync(new NewAccount(new AccountRecord(user, null, Time.GetUtcNow()), null, null), default);
            var tokens = new TokenPair(TokenHash.Of(user.Value), null, null, null);
            await Get<ISessionStore>().OpenAsync(new NewSession(user, DeviceOf(user), null, tokens, Time.GetUtcNow()), default);
        }
    }

    sealed class LocalpartProfiles : IMemberProfiles
    {
        public ValueTask<MemberProfile> FindAsync(UserId userId, CancellationToken cancellationToken) => new(new MemberProfile(userId.Localpart, null));
    }
}

/// <summary>Counts set by the test. Follows the log at once, or as far as it is let.</summary>
public sealed class FakeUnreadCounts(StreamHub hub) : IUnreadCounts
{
    readonly List<Action<long>> _subscribers = [];
    readonly TaskCompletionSource _released = new();
    long? _held;

    public Dictionary<(UserId User, RoomId Room), UnreadCounts> Counts { get; } = [];

    public long Position => _held ?? hub.Current(StreamKind.Events);

    /// <summary>Counts no further until <see cref="Release"/>, which is called once at most.</summary>
    public void Hold() => _held = hub.Current(StreamKind.Events);

    public void Release()
    {
        _held = null;
        foreach (var subscriber in _subscribers)
            subscriber(Position);
        _released.SetResult();
    }

    public ValueTask ReachAsync(long position, CancellationToken cancellationToken) =>
        Position >= position ? ValueTask.CompletedTask : new ValueTask(_released.Task.WaitAsync(cancellationToken));

    public IDisposable Subscribe(Action<long> advanced)
    {
        _subscribers.Add(advanced);
        return new MemoryStream();
    }

    public ValueTask<UnreadCounts> ReadAsync(UserId userId, RoomId roomId, CancellationToken cancellationToken) =>
        new(Counts.GetValueOrDefault((userId, roomId), UnreadCounts.None));
}
