using System.Text;
using Hybrid.Primitives;
using Hybrid.Storage.Accounts;
using Hybrid.Storage.ToDevice;
using Hybrid.Tests.Shared;

namespace Hybrid.Storage.Tests.ToDevice;

public sealed class SqliteToDeviceOutboxStoreTests() : ToDeviceOutboxStoreTests(TestEngine.Sqlite);

public sealed class PostgresToDeviceOutboxStoreTests() : ToDeviceOutboxStoreTests(TestEngine.Postgres);

/// <summary>What every engine must do about messages to and from devices of other servers.</summary>
public abstract class ToDeviceOutboxStoreTests(TestEngine engine) : IDisposable
{
    static readonly UserId Alice = UserId.Parse("@alice:hybrid.test");
    static readonly UserId Rita = UserId.Parse("@rita:remote.test");
    static readonly DeviceId Phone = DeviceId.Parse("PHONE");
    static readonly ServerName One = ServerName.Parse("one.test");
    static readonly ServerName Two = ServerName.Parse("two.test");
    static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeMilliseconds(1_800_000_000_000);

    readonly TestDatabase _test = new(engine);

    IToDeviceOutboxStore Outbox => _test.Get<IToDeviceOutboxStore>();

    IToDeviceStore Inboxes => _test.Get<IToDeviceStore>();

    public void Dispose() => _test.Dispose();

    [Fact]
    public async Task Messages_wait_in_order_over_restarts_until_they_are_taken()
    {
        await SendAsync("1", Message(One, "a"), Message(Two, "b"), Message(One, "c"));
        await SendAsync("2", Message(One, "d"));
        _test.Reopen();

        Assert.Equal([One, Two], await Outbox.ReadDestinationsAsync(null, 10, default));
        Assert.Equal([Two], await Outbox.ReadDestinationsAsync(One, 10, default));
        var first = await Outbox.ReadAsync(One, 2, default);
        Assert.Equal(["a", "c"], first.Select(static message => Encoding.UTF8.GetString(message.Content.Span)));

        await Outbox.DeleteUpToAsync(One, first[^1].Position, default);
        Assert.Equal(["d"], (await Outbox.ReadAsync(One, 10, default)).Select(static message => Encoding.UTF8.GetString(message.Content.Span)));
        Assert.Single(await Outbox.ReadAsync(Two, 10, default));
    }

    [Fact]
    public async Task A_repeated_transaction_queues_nothing_twice_even_when_the_first_was_taken()
    {
        Assert.True(await SendAsync("1", Message(One, "a")));
        Assert.False(await SendAsync("1", Message(One, "a")));
        await Outbox.DeleteUpToAsync(One, Assert.Single(await Outbox.ReadAsync(One, 10, default)).Position, default);

        Assert.False(await SendAsync("1", Message(One, "a")));

        Assert.Empty(await Outbox.ReadAsync(One, 10, default));
    }

    [Fact]
    public async Task A_message_of_another_server_is_delivered_once()
    {
        await EnterAsync();

        Assert.True(await ReceiveAsync(One, "id", Now));
        Assert.False(await ReceiveAsync(One, "id", Now.AddDays(29)));
        Assert.True(await ReceiveAsync(Two, "id", Now));
        Assert.True(await ReceiveAsync(One, "other", Now));

        var messages = await Inboxes.ReadAsync(Alice, Phone, 0, _test.Hub.Current(StreamKind.ToDevice), 10, default);
        Assert.Equal(3, messages.Count);
        Assert.Equal((Rita, "m.test"), (messages[0].Sender, messages[0].Type));
    }

    [Fact]
    public async Task What_was_received_is_remembered_for_a_month()
    {
        await EnterAsync();
        await ReceiveAsync(One, "id", Now);

        Assert.True(await ReceiveAsync(One, "id", Now.AddDays(31)));

        Assert.Equal(1, await _test.ReadIntegerAsync("SELECT COUNT(*) FROM to_device_received"));
    }

    async Task EnterAsync()
    {
        await _test.Get<IAccountStore>().TryAddAsync(new NewAccount(new AccountRecord(Alice, "hash", Now), null, null), default);
        await _test.Get<IDeviceStore>().TryAddAsync(new DeviceRecord(Alice, Phone, null, Now), default);
    }

    Task<bool> SendAsync(string transaction, params OutgoingToDevice[] outgoing) =>
        Inboxes.TryDeliverAsync(new ToDeviceBatch(Alice, Phone, transaction, "m.test", [], Now), outgoing, default).AsTask();

    Task<bool> ReceiveAsync(ServerName origin, string messageId, DateTimeOffset at) =>
        Inboxes.TryReceiveAsync(
            origin, new ToDeviceBatch(Rita, null, messageId, "m.test", [new ToDeviceDelivery(Alice, null, Encoding.UTF8.GetBytes("{}"))], at), default).AsTask();

    static OutgoingToDevice Message(ServerName server, string content) => new(server, Encoding.UTF8.GetBytes(content));
}
