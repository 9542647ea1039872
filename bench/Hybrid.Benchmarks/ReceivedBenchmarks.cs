using System.Text;
using BenchmarkDotNet.Attributes;
using Hybrid.Native;

namespace Hybrid.Benchmarks;

/// <summary>The events of a large <c>send_join</c> response: format, signatures, content hashes and IDs of 10 000 member events of 50 servers.</summary>
public class ReceivedBenchmarks
{
    const int Events = 10_000;
    const int Servers = 50;
    const string Version = "11";
    const long Sent = 1_760_000_000_000;

    readonly ServerKey[] _keys = new ServerKey[Servers];
    readonly ReadOnlyMemory<byte>[] _events = new ReadOnlyMemory<byte>[Events];

    [GlobalSetup]
    public void Prepare()
    {
        for (var server = 0; server < Servers; server++)
        {
            var name = $"server{server}.example.org";
            using var key = SigningKey.Generate("1");
            _keys[server] = new ServerKey(name, key.KeyId, key.PublicKeyBase64, Sent);
            for (var number = server; number < Events; number += Servers)
            {
                var user = $"@user{number}:{name}";
                var template = $$$"""{"type":"m.room.member","room_id":"!room:example.org","sender":"{{{user}}}","state_key":"{{{user}}}","content":{"membership":"join","displayname":"User {{{number}}}","avatar_url":"mxc://example.org/{{{number}}}"},"origin_server_ts":{{{Sent}}},"depth":{{{number + 5}}},"prev_events":["$RIuO9r3ea6zDB7JzHdVHvnnVUWVBmr3nX6gRkTzWrTA"],"auth_events":["$7WqYe0kKp7KZ5bYyYjU6jTfVJqg2sbxDoV4WjUqhMrk","$c0eY9Zt1cCwq2g8L8zXwkXoV4b7rJmJv2mJ9zQ3qfWs"]}""";
                _events[number] = EventCodec.Seal(Version, Encoding.UTF8.GetBytes(template), name, key).Json;
            }
        }

        if (InOneCall().Any(static received => received.Verdict != ReceivedVerdict.Accepted) || OneByOne() != Events)
            throw new InvalidOperationException("An event that was just signed is refused.");
    }

    [Benchmark]
    public ReceivedEvent[] InOneCall() => ReceivedEvents.Check(Version, _events, _keys);

    [Benchmark]
    public int OneByOne()
    {
        var accepted = 0;
        for (var number = 0; number < Events; number++)
        {
            var json = _events[number].Span;
            var key = _keys[number % Servers];
            if (EventCodec.VerifySignature(Version, json, key.ServerName, key.KeyId, key.PublicKey)
                && EventCodec.ContentHashMatches(Version, json)
                && EventCodec.Open(Version, json).EventId.Length > 0)
            {
                accepted++;
            }
        }

        return accepted;
    }
}
