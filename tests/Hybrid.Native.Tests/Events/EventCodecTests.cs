using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Hybrid.Native.Tests.Support;

namespace Hybrid.Native.Tests.Events;

public sealed class EventCodecTests : IDisposable
{
    readonly SigningKey _key = SigningKey.FromSeed(new byte[32], "1");

    public static TheoryData<string> EveryVersion => [.. RoomVersions.All.Select(version => version.Id)];

    public void Dispose() => _key.Dispose();

    [Fact]
    public void The_vectors_of_the_specification_are_met()
    {
        var vectors = Vectors.Read("signing.json");
        using var key = SigningKey.FromSeed(Convert.FromBase64String(vectors.Text("seed") + "="), vectors.Text("version"));
        Assert.All(vectors.Items("events"), item =>
        {
            var signed = Encoding.UTF8.GetBytes(item.Text("signed"));
            Assert.True(EventCodec.ContentHashMatches(item.Text("roomVersion"), signed));
            var redacted = EventCodec.Redact(item.Text("roomVersion"), signed);
            Assert.True(JsonSignature.Verify(redacted, vectors.Text("entity"), key.KeyId, key.PublicKeyBase64));
        });

        var complete = vectors.Items("events").First();
        var sealedEvent = EventCodec.Seal(
            complete.Text("roomVersion"), Encoding.UTF8.GetBytes(complete.Text("input")), vectors.Text("entity"), key);
        Assert.Equal(complete.Text("signed"), Encoding.UTF8.GetString(sealedEvent.Json));
    }

    [Fact]
    public void Redaction_keeps_what_each_version_says() =>
        Assert.All(Vectors.Read("redaction.json").Items("cases"), item =>
        {
            var json = Encoding.UTF8.GetBytes(item["event"]!.ToJsonString());
            var from = int.Parse(item.Text("from"), CultureInfo.InvariantCulture);
            var to = int.Parse(item.Text("to"), CultureInfo.InvariantCulture);
            foreach (var version in RoomVersions.All.Skip(from - 1).Take(to - from + 1))
            {
                var redacted = JsonNode.Parse(EventCodec.Redact(version.Id, json));
                Assert.True(JsonNode.DeepEquals(item["redacted"], redacted), $"{item.Text("what")}, {version.Id}: {redacted}");
            }
        });

    [Theory]
    [MemberData(nameof(EveryVersion))]
    public void A_sealed_event_holds_its_hash_signature_and_id(string version)
    {
        var sealedEvent = EventCodec.Seal(version, Template(version), "a", _key);
        Assert.True(EventCodec.ContentHashMatches(version, sealedEvent.Json));
        Assert.Equal(sealedEvent.EventId, EventCodec.EventId(version, sealedEvent.Json));
        Assert.True(JsonSignature.Verify(EventCodec.Redact(version, sealedEvent.Json), "a", _key.KeyId, _key.PublicKeyBase64));

        var opened = EventCodec.Open(version, sealedEvent.Json);
        Assert.Equal(sealedEvent.EventId, opened.EventId);
        Assert.Equal(sealedEvent.Json, opened.Json);
        Assert.Equal(sealedEvent.Json, CanonicalJson.Canonicalize(sealedEvent.Json));
    }

    [Theory]
    [MemberData(nameof(EveryVersion))]
    public void A_changed_event_no_longer_has_its_hash(string version)
    {
        var changed = JsonNode.Parse(EventCodec.Seal(version, Template(version), "a", _key).Json)!;
        changed["content"]!["body"] = "changed";
        Assert.False(EventCodec.ContentHashMatches(version, Encoding.UTF8.GetBytes(changed.ToJsonString())));
    }

    [Fact]
    public void A_second_server_adds_its_signature()
    {
        var first = EventCodec.Seal("11", Template("11"), "a", _key);
        using var other = SigningKey.Generate("2");
        var second = EventCodec.Sign("11", first.Json, "b", other);
        Assert.Equal(first.EventId, second.EventId);
        var redacted = EventCodec.Redact("11", second.Json);
        Assert.True(JsonSignature.Verify(redacted, "a", _key.KeyId, _key.PublicKeyBase64));
        Assert.True(JsonSignature.Verify(redacted, "b", other.KeyId, other.PublicKeyBase64));
    }

    [Theory]
    [MemberData(nameof(EveryVersion))]
    public void A_signature_covers_what_a_redaction_leaves(string version)
    {
        var json = EventCodec.Seal(version, Template(version), "a", _key).Json;
        bool Verifies(ReadOnlySpan<byte> bytes, string server = "a", string? key = null) =>
            EventCodec.VerifySignature(version, bytes, server, _key.KeyId, key ?? _key.PublicKeyBase64);

        Assert.True(Verifies(json));
        Assert.True(Verifies(EventCodec.Redact(version, json)));
        Assert.False(Verifies(json, server: "b"));
        Assert.False(Verifies(json, key: "no key"));
        var changed = JsonNode.Parse(json)!;
        changed["content"]!["body"] = "changed";
        Assert.True(Verifies(Encoding.UTF8.GetBytes(changed.ToJsonString())));
        changed["depth"] = 7;
        Assert.False(Verifies(Encoding.UTF8.GetBytes(changed.ToJsonString())));
    }

    [Fact]
    public void An_event_that_is_too_large_is_told_apart_from_one_that_is_malformed()
    {
        Assert.Equal(NativeStatus.EventTooLarge, SealStatus("11", Template("11", new string('x', 65_536))));
        Assert.Equal(NativeStatus.EventTooLarge, SealStatus("11", Template("11", new string('x', 2_000_000))));
        Assert.Equal(NativeStatus.EventTooLarge, SealStatus("11", Template("11", type: new string('x', 256))));
        Assert.Equal(NativeStatus.EventMalformed, SealStatus("11", "{}"u8.ToArray()));
        Assert.Equal(NativeStatus.JsonShape, SealStatus("11", "[]"u8.ToArray()));
        Assert.Equal(NativeStatus.JsonSyntax, SealStatus("11", []));
        Assert.Equal(NativeStatus.EventRoomVersionUnknown, SealStatus("13", Template("11")));
        Assert.Equal(NativeStatus.InvalidUtf8, SealStatus("11", [(byte)'"', 0xFF, (byte)'"']));
    }

    [Fact]
    public void Every_method_refuses_what_is_no_event()
    {
        NativeStatus Status(Action call) => Assert.Throws<NativeException>(call).Status;
        Assert.Equal(NativeStatus.JsonSyntax, Status(() => EventCodec.EventId("11", "{"u8)));
        Assert.Equal(NativeStatus.JsonSyntax, Status(() => EventCodec.Redact("11", "{"u8)));
        Assert.Equal(NativeStatus.JsonSyntax, Status(() => EventCodec.ContentHashMatches("11", "{"u8)));
        Assert.Equal(NativeStatus.JsonSyntax, Status(() => EventCodec.Open("11", "{"u8)));
        Assert.Equal(NativeStatus.JsonSyntax, Status(() => EventCodec.Sign("11", "{"u8, "a", _key)));
        Assert.Equal(NativeStatus.EventMalformed, Status(() => EventCodec.EventId("1", "{}"u8)));
        Assert.Equal(NativeStatus.EventRoomVersionUnknown, Status(() => EventCodec.Redact("", "{}"u8)));
        Assert.Throws<ArgumentNullException>(() => EventCodec.EventId(null!, "{}"u8));
        Assert.Throws<ArgumentNullException>(() => EventCodec.Seal("11", "{}"u8, "a", null!));
    }

    [Fact]
    public void Floats_are_for_old_rooms_only()
    {
        var text = Encoding.UTF8.GetString(Template("5")).Replace("\"hello\"", "1.5", StringComparison.Ordinal);
        var template = Encoding.UTF8.GetBytes(text);
        Assert.Equal(NativeStatus.JsonNumber, SealStatus("6", template));
        Assert.Contains("1.5", Encoding.UTF8.GetString(EventCodec.Seal("5", template, "a", _key).Json));
    }

    NativeStatus SealStatus(string version, byte[] template) =>
        Assert.Throws<NativeException>(() => EventCodec.Seal(version, template, "a", _key)).Status;

    static byte[] Template(string version, string body = "hello", string type = "m.room.message")
    {
        JsonNode Reference() => version is "1" or "2" ? new JsonArray("$x:a", new JsonObject()) : "$x";
        var template = new JsonObject
        {
            ["type"] = type,
            ["sender"] = "@a:a",
            ["room_id"] = "!r:a",
            ["content"] = new JsonObject { ["body"] = body },
            ["origin_server_ts"] = 1,
            ["depth"] = 1,
            ["prev_events"] = new JsonArray(Reference()),
            ["auth_events"] = new JsonArray(Reference()),
        };
        if (version is "1" or "2")
            template["event_id"] = "$e:a";
        return Encoding.UTF8.GetBytes(template.ToJsonString());
    }
}
