using System.Text;
using System.Text.Json.Nodes;
using Hybrid.Accounts.ToDevice;
using Hybrid.Primitives;
using Hybrid.Storage.ToDevice;

namespace Hybrid.Keys.Tests;

public sealed class ToDeviceTests
{
    [Fact]
    public async Task A_message_reaches_the_device_in_order_and_until_it_is_acknowledged()
    {
        await using var host = await KeysHost.StartAsync();
        var alice = await host.EnterAsync("alice", "PHONE");
        var bob = await host.EnterAsync("bob", "LAPTOP");
        foreach (var number in new[] { 1, 2, 3 })
            await SendAsync(alice, $"t{number}", bob.User, "LAPTOP", new JsonObject { ["n"] = number });
        var inbox = host.Get<IToDeviceStore>();
        var upTo = host.Hub.Current(StreamKind.ToDevice);

        var first = await inbox.ReadAsync(bob.UserId, bob.DeviceId, 0, upTo, 2, default);
        Assert.Equal(["""{"n":1}""", """{"n":2}"""], first.Select(static message => Encoding.UTF8.GetString(message.Content.Span)));
        Assert.Equal((alice.UserId, "m.test"), (first[0].Sender, first[0].Type));
        Assert.Equal(2, (await inbox.ReadAsync(bob.UserId, bob.DeviceId, 0, upTo, 2, default)).Count);

        await inbox.DeleteUpToAsync(bob.UserId, bob.DeviceId, first[1].Position, default);
        Assert.Equal("""{"n":3}""", Encoding.UTF8.GetString(Assert.Single(await inbox.ReadAsync(bob.UserId, bob.DeviceId, 0, upTo, 10, default)).Content.Span));
    }

    [Fact]
    public async Task A_repeated_transaction_delivers_nothing_twice_but_another_device_may_use_its_name()
    {
        await using var host = await KeysHost.StartAsync();
        var alice = await host.EnterAsync("alice", "PHONE");
        var tablet = await host.EnterAsync("alice", "TABLET");
        var bob = await host.EnterAsync("bob", "LAPTOP");

        var sent = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => SendAsync(alice, "same", bob.User, "LAPTOP", [])));
        await SendAsync(tablet, "same", bob.User, "LAPTOP", []);

        Assert.All(sent, static answer => Assert.Equal(200, answer.Status));
        Assert.Equal(2, await CountAsync(host, bob));
    }

    [Fact]
    public async Task A_star_reaches_every_device_and_unknown_ones_get_nothing()
    {
        await using var host = await KeysHost.StartAsync();
        var alice = await host.EnterAsync("alice", "PHONE");
        var bob = await host.EnterAsync("bob", "LAPTOP");
        var tablet = await host.EnterAsync("bob", "TABLET");

        Assert.Equal(200, (await SendAsync(alice, "1", bob.User, "*", [])).Status);
        Assert.Equal(200, (await SendAsync(alice, "2", bob.User, "UNKNOWN", [])).Status);
        Assert.Equal(200, (await SendAsync(alice, "3", "@carol:elsewhere", "X", [])).Status);

        Assert.Equal((1, 1), (await CountAsync(host, bob), await CountAsync(host, tablet)));
        Assert.Equal(2, host.Hub.Current(StreamKind.ToDevice));
    }

    [Fact]
    public async Task An_inbox_goes_with_its_device()
    {
        await using var host = await KeysHost.StartAsync();
        var alice = await host.EnterAsync("alice", "PHONE");
        var bob = await host.EnterAsync("bob", "LAPTOP");
        await SendAsync(alice, "1", bob.User, "LAPTOP", []);
        Assert.Equal(1, await CountAsync(host, bob));

        await bob.PostAsync("logout", new JsonObject());
        await host.EnterAsync("bob", "LAPTOP", upload: false);

        Assert.Equal(0, await CountAsync(host, bob));
    }

    [Fact]
    public async Task A_message_must_be_an_object_of_bounded_size()
    {
        await using var host = await KeysHost.StartAsync();
        var alice = await host.EnterAsync("alice", "PHONE");

        var noObject = await alice.PutAsync("sendToDevice/m.test/1", JsonNode.Parse("""{"messages":{"@alice:test":{"PHONE":5}}}""")!);
        var noMessages = await alice.PutAsync("sendToDevice/m.test/2", new JsonObject());
        var tooLarge = await SendAsync(alice, "3", alice.User, "PHONE", new JsonObject { ["x"] = new string('x', 70_000) });

        Assert.Equal((400, "M_BAD_JSON"), (noObject.Status, noObject.Code));
        Assert.Equal((400, "M_BAD_JSON"), (noMessages.Status, noMessages.Code));
        Assert.Equal((413, "M_TOO_LARGE"), (tooLarge.Status, tooLarge.Code));
    }

    static Task<Answer> SendAsync(TestDevice sender, string transaction, string user, string device, JsonObject content) =>
        sender.PutAsync($"sendToDevice/m.test/{transaction}", new JsonObject
        {
            ["messages"] = new JsonObject { [user] = new JsonObject { [device] = content } },
        });

    static async Task<int> CountAsync(KeysHost host, TestDevice device) =>
        (await host.Get<IToDeviceStore>().ReadAsync(device.UserId, device.DeviceId, 0, host.Hub.Current(StreamKind.ToDevice), 100, default)).Count;

    [Fact]
    public async Task Requests_of_a_device_are_carried_out_as_they_came_and_those_of_others_do_not_wait()
    {
        var order = new ArrivalOrder(TimeProvider.System);
        var (alice, phone, laptop) = (UserId.Parse("@alice:test"), DeviceId.Parse("PHONE"), DeviceId.Parse("LAPTOP"));
        var held = new TaskCompletionSource();
        var done = new List<int>();

        var first = Run(phone, 1, held.Task);
        var second = Run(phone, 2, Task.CompletedTask);
        var third = Run(phone, 3, Task.CompletedTask);
        await Run(laptop, 4, Task.CompletedTask);
        held.SetException(new InvalidOperationException("the first one fails"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => first);
        await Task.WhenAll(second, third);
        await Run(phone, 5, Task.CompletedTask);

        Assert.Equal([4, 2, 3, 5], done);

        Task<bool> Run(DeviceId device, int number, Task until) => order.RunAsync(
            alice,
            device,
            async () =>
            {
                await until;
                lock (done)
                    done.Add(number);
                return true;
            },
            default).AsTask();
    }
}
