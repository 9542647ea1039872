using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hybrid.Accounts.ToDevice;
using Hybrid.Federation.Devices;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.ToDevice;
using Hybrid.Storage.ToDevice;
using static Hybrid.Federation.Tests.Devices.DeviceWorld;

namespace Hybrid.Federation.Tests.Devices;

/// <summary>To-device messages from and to other servers.</summary>
public sealed class FederatedToDeviceTests
{
    static readonly UserId Rita = UserId.Parse("@rita:remote.test");
    static readonly ServerName Other = ServerName.Parse("other.test");

    [Fact]
    public async Task A_message_is_in_the_inbox_when_it_was_taken_and_once()
    {
        await using var world = new DeviceWorld();
        await world.EnterAsync(Alice, "PHONE", "LAPTOP");
        var message = Message(Rita, "id", "m.room.encrypted", new JsonObject { [Alice.Value] = new JsonObject { ["PHONE"] = new JsonObject { ["n"] = 1 } } });

        await world.ReceiveAsync(Peer, "m.direct_to_device", message);
        await world.ReceiveAsync(Peer, "m.direct_to_device", message);

        var received = Assert.Single(await InboxAsync(world, Alice, "PHONE"));
        Assert.Equal((Rita, "m.room.encrypted", """{"n":1}"""), (received.Sender, received.Type, Encoding.UTF8.GetString(received.Content.Span)));
        Assert.Empty(await InboxAsync(world, Alice, "LAPTOP"));
    }

    [Fact]
    public async Task A_star_means_all_devices_and_another_server_may_use_the_same_ID()
    {
        await using var world = new DeviceWorld();
        await world.EnterAsync(Alice, "PHONE", "LAPTOP");
        var messages = new JsonObject { [Alice.Value] = new JsonObject { ["*"] = new JsonObject() } };

        await world.ReceiveAsync(Peer, "m.direct_to_device", Message(Rita, "id", "m.test", messages));
        await world.ReceiveAsync(Other, "m.direct_to_device", Message(UserId.Parse("@otto:other.test"), "id", "m.test", messages.DeepClone().AsObject()));

        Assert.Equal((2, 2), ((await InboxAsync(world, Alice, "PHONE")).Count, (await InboxAsync(world, Alice, "LAPTOP")).Count));
    }

    [Fact]
    public async Task What_a_server_may_not_say_and_what_has_no_form_is_dropped()
    {
        await using var world = new DeviceWorld();
        await world.EnterAsync(Alice, "PHONE");
        var messages = new JsonObject { [Alice.Value] = new JsonObject { ["PHONE"] = new JsonObject() } };

        await world.ReceiveAsync(Other, "m.direct_to_device", Message(Rita, "1", "m.test", Copy()));
        await world.ReceiveAsync(Peer, "m.direct_to_device", Message(Rita, "", "m.test", Copy()));
        await world.ReceiveAsync(Peer, "m.direct_to_device", Message(Rita, new string('x', 300), "m.test", Copy()));
        await world.ReceiveAsync(Peer, "m.direct_to_device", Message(Rita, "2", "", Copy()));
        await world.ReceiveAsync(Peer, "m.direct_to_device", Message(Rita, "3", "m.test", new JsonObject { [Alice.Value] = new JsonArray() }));
        await world.ReceiveAsync(Peer, "m.direct_to_device", Message(Rita, "4", "m.test", new JsonObject { [Alice.Value] = new JsonObject { ["PHONE"] = 5 } }));
        await world.ReceiveAsync(Peer, "m.direct_to_device", Message(
            Rita, "5", "m.test", new JsonObject { [Alice.Value] = new JsonObject { ["PHONE"] = new JsonObject { ["x"] = new string('x', 70_000) } } }));
        await world.ReceiveAsync(Peer, "m.direct_to_device", Message(Rita, "6", "m.test", new JsonObject { ["@x:other.test"] = Copy()[Alice.Value]!.DeepClone() }));
        await world.ReceiveAsync(Peer, "m.direct_to_device", new JsonObject { ["sender"] = Rita.Value, ["type"] = "m.test", ["message_id"] = "7" });
        await world.ReceiveAsync(Peer, "m.direct_to_device", null);

        Assert.Equal(0, world.ToDeviceMessages);

        JsonObject Copy() => messages.DeepClone().AsObject();
    }

    [Fact]
    public async Task A_device_that_asks_for_keys_and_is_not_known_makes_the_list_be_asked_for()
    {
        await using var world = await new DeviceWorld().StartAsync();
        await world.EnterAsync(Alice, "PHONE");
        var rita = world.Servers.Add(Rita.Value);
        rita.Add("KNOWN");
        await world.CreateRoomAsync(Rita);
        await world.QueryAsync(Rita);
        world.Servers.Asked.Clear();

        await world.ReceiveAsync(Peer, "m.direct_to_device", Request("1", "KNOWN"));
        Assert.False(Assert.Single(await world.Lists.FindAsync([Rita], default)).IsStale);
        rita.Add("NEW");
        await world.ReceiveAsync(Peer, "m.direct_to_device", Request("2", "NEW"));

        await world.UntilAsync(async () => await world.Lists.FindAsync([Rita], default) is [{ IsStale: false, StreamId: 10 }]);
        Assert.Equal(1, world.Servers.TakeCount("devices/"));
        Assert.Equal(["KNOWN", "NEW"], await world.DevicesAsync(Rita));

        static JsonObject Request(string id, string device) => Message(Rita, id, "m.room_key_request", new JsonObject
        {
            [Alice.Value] = new JsonObject { ["*"] = new JsonObject { ["requesting_device_id"] = device } },
        });
    }

    [Fact]
    public async Task Messages_for_others_wait_in_order_until_their_server_took_them()
    {
        await using var world = new DeviceWorld();
        await world.EnterAsync(Alice, "PHONE");
        var source = world.Get<ToDeviceSource>();
        var waiting = new List<ServerName>();
        source.Waiting += waiting.Add;

        await SendAsync(world, "1", $$$"""{"{{{Rita}}}":{"A":{"n":1},"*":{"n":2}},"@otto:other.test":{"T":{"n":3}},"{{{Alice}}}":{"PHONE":{"n":4} } }""");
        await SendAsync(world, "2", $$$"""{"{{{Rita}}}":{"A":{"n":5} } }""");
        await SendAsync(world, "2", $$$"""{"{{{Rita}}}":{"A":{"n":5} } }""");

        Assert.Equal([Other, Peer, Peer], waiting.OrderBy(static server => server.Value, StringComparer.Ordinal));
        var (batch, edus) = await ReadAsync(source, Peer);
        Assert.Equal(["m.direct_to_device", "m.direct_to_device"], edus.Select(static edu => edu.Type));
        Assert.Equal((Alice.Value, "m.test"), ((string)edus[0].Content["sender"]!, (string)edus[0].Content["type"]!));
        Assert.Equal("""{"A":{"n":1},"*":{"n":2}}""", edus[0].Content["messages"]![Rita.Value]!.ToJsonString());
        Assert.Equal("""{"A":{"n":5}}""", edus[1].Content["messages"]![Rita.Value]!.ToJsonString());
        Assert.Equal(2, edus.Select(static edu => (string)edu.Content["message_id"]!).Where(static id => id.Length is > 0 and <= 32).Distinct().Count());
        Assert.Single(await InboxAsync(world, Alice, "PHONE"));

        // Not taken: they come again, as they were.
        source.GiveUp(Peer);
        await world.RestartAsync();
        source = world.Get<ToDeviceSource>();
        Assert.Equal([Other, Peer], await source.ReadWaitingAsync(null, 10, default));
        var (again, repeated) = await ReadAsync(source, Peer, limit: 1);
        Assert.Equal(edus[0].Content.ToJsonString(), Assert.Single(repeated).Content.ToJsonString());

        await source.AcknowledgeAsync(Peer, again, default);
        Assert.Equal(edus[1].Content.ToJsonString(), Assert.Single((await ReadAsync(source, Peer)).Edus).Content.ToJsonString());
        await source.AcknowledgeAsync(Peer, (await ReadAsync(source, Peer)).Batch, default);
        Assert.Equal([Other], await source.ReadWaitingAsync(null, 10, default));
        Assert.Empty((await ReadAsync(source, Peer)).Edus);
        Assert.NotEqual(0, batch.Cursor);
    }

    [Fact]
    public async Task Many_messages_share_EDUs_of_bounded_size()
    {
        await using var world = new DeviceWorld();
        await world.EnterAsync(Alice, "PHONE");
        var devices = new JsonObject(Enumerable.Range(0, 100).Select(static number =>
            KeyValuePair.Create($"D{number:00}", (JsonNode?)new JsonObject { ["x"] = new string('x', 2000) })));

        await SendAsync(world, "1", new JsonObject { [Rita.Value] = devices }.ToJsonString());

        var (_, edus) = await ReadAsync(world.Get<ToDeviceSource>(), Peer);
        Assert.InRange(edus.Count, 4, 5);
        Assert.All(edus, static edu => Assert.True(edu.Content.ToJsonString().Length < 70_000));
        Assert.Equal(100, edus.SelectMany(static edu => edu.Content["messages"]![Rita.Value]!.AsObject()).Select(static message => message.Key).Distinct().Count());
    }

    static async Task SendAsync(DeviceWorld world, string transaction, string messages)
    {
        var request = JsonSerializer.Deserialize($$"""{"messages":{{messages}}}""", ToDeviceJson.Default.SendToDeviceRequest)!;
        Assert.Null((await world.Get<ToDeviceSender>().SendAsync(Alice, DeviceId.Parse("PHONE"), transaction, "m.test", request, default)).Error);
    }

    static async Task<IReadOnlyList<ToDeviceMessage>> InboxAsync(DeviceWorld world, UserId user, string device) =>
        await world.Get<IToDeviceStore>().ReadAsync(user, DeviceId.Parse(device), 0, world.ToDeviceMessages, 100, default);

    static JsonObject Message(UserId sender, string id, string type, JsonObject messages) =>
        new() { ["sender"] = sender.Value, ["type"] = type, ["message_id"] = id, ["messages"] = messages };
}
