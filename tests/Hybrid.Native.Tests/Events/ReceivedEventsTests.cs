using System.Text;

namespace Hybrid.Native.Tests.Events;

public sealed class ReceivedEventsTests
{
    const string Version = "11";
    const string Server = "a.org";
    const long Sent = 1_760_000_000_000;

    static readonly byte[] Seed = [.. Enumerable.Repeat((byte)1, 32)];

    [Fact]
    public void A_batch_is_judged_event_by_event()
    {
        using var key = SigningKey.FromSeed(Seed, "1");
        var good = EventCodec.Seal(Version, Template("good"), Server, key);
        var changed = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(good.Json).Replace("good", "evil", StringComparison.Ordinal));
        var unsigned = Template("unsigned");

        var received = ReceivedEvents.Check(Version, [good.Json, changed, unsigned, "nonsense"u8.ToArray()], [KeyOf(key)]);

        Assert.Equal(
            [ReceivedVerdict.Accepted, ReceivedVerdict.Redacted, ReceivedVerdict.SignatureInvalid, ReceivedVerdict.Malformed],
            received.Select(static entry => entry.Verdict));
        Assert.Equal(good.EventId, received[0].EventId);
        Assert.Equal(good.Json, received[0].Json);
        Assert.Equal(good.EventId, received[1].EventId);
        Assert.Equal(EventCodec.Redact(Version, good.Json), received[1].Json);
        Assert.All(received[2..], static entry =>
        {
            Assert.False(entry.IsUsable);
            Assert.Empty(entry.Json);
            Assert.NotEmpty(entry.Reason);
        });
    }

    [Fact]
    public void Keys_that_are_unknown_unusable_or_outlived_are_missing()
    {
        using var key = SigningKey.FromSeed(Seed, "1");
        ReadOnlyMemory<byte>[] events = [EventCodec.Seal(Version, Template("x"), Server, key).Json];
        foreach (var keys in new ServerKey[][]
        {
            [],
            [KeyOf(key) with { ServerName = "b.org" }],
            [KeyOf(key) with { KeyId = "ed25519:2" }],
            [KeyOf(key) with { PublicKey = "no base64" }],
            [KeyOf(key) with { ValidUntil = Sent - 1 }],
        })
        {
            Assert.Equal(ReceivedVerdict.KeyMissing, ReceivedEvents.Check(Version, events, keys).Single().Verdict);
        }
    }

    [Fact]
    public void The_needed_keys_are_named()
    {
        using var key = SigningKey.FromSeed(Seed, "one");
        ReadOnlyMemory<byte>[] events = [EventCodec.Seal(Version, Template("x"), Server, key).Json, "{"u8.ToArray()];

        var named = ReceivedEvents.NamedKeys(Version, events);

        Assert.Equal("ed25519:one", Assert.Single(Assert.Single(named, static entry => entry.Key == Server).Value));
    }

    [Fact]
    public void Nothing_is_judged_as_nothing()
    {
        Assert.Empty(ReceivedEvents.Check(Version, [], []));
        Assert.Empty(ReceivedEvents.NamedKeys(Version, []));
    }

    [Fact]
    public void An_unknown_room_version_is_refused()
    {
        var check = Assert.Throws<NativeException>(static () => ReceivedEvents.Check("99", ["{}"u8.ToArray()], []));
        var named = Assert.Throws<NativeException>(static () => ReceivedEvents.NamedKeys("99", ["{}"u8.ToArray()]));
        Assert.Equal(NativeStatus.EventRoomVersionUnknown, check.Status);
        Assert.Equal(NativeStatus.EventRoomVersionUnknown, named.Status);
    }

    static ServerKey KeyOf(SigningKey key) => new(Server, key.KeyId, key.PublicKeyBase64, Sent);

    static byte[] Template(string body) => Encoding.UTF8.GetBytes(
        $$"""{"type":"m.room.message","room_id":"!r:a.org","sender":"@u:a.org","content":{"body":"{{body}}"},"origin_server_ts":{{Sent}},"depth":1,"prev_events":[],"auth_events":[]}""");
}
