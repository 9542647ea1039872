using System.Text;
using BenchmarkDotNet.Attributes;
using Hybrid.Native;
using NSec.Cryptography;

namespace Hybrid.Benchmarks;

/// <summary>
/// A message checked against the create event, its sender's membership and the power levels of a room; beside it libsodium's check of
/// the signature over the same bytes, which a server pays for each event that it gets.
/// </summary>
public class AuthorizationBenchmarks
{
    const string Version = "11";
    const string Server = "example.org";
    const string PrevEvents = "[\"$RIuO9r3ea6zDB7JzHdVHvnnVUWVBmr3nX6gRkTzWrTA\"]";

    readonly List<ReadOnlyMemory<byte>> _authEvents = [];
    byte[] _message = [];
    byte[] _signature = [];
    PublicKey? _publicKey;

    [GlobalSetup]
    public void Prepare()
    {
        using var key = SigningKey.Generate("1");
        var levels = string.Join(',', Enumerable.Range(0, 20).Select(static number => $"\"@moderator{number}:{Server}\":50"));
        Add("m.room.create", """{"room_version":"11"}""", "");
        Add("m.room.member", """{"membership":"join"}""", "@alice:example.org");
        Add("m.room.power_levels", $$$"""{"users":{"@alice:example.org":100,{{{levels}}}},"events":{"m.room.name":50,"m.room.encryption":100},"events_default":0}""", "");
        _message = Seal("m.room.message", """{"msgtype":"m.text","body":"Hello"}""", null);
        if (!Check().Allowed)
            throw new InvalidOperationException("A message that is allowed is refused.");

        using var signer = Key.Create(SignatureAlgorithm.Ed25519);
        (_publicKey, _signature) = (signer.PublicKey, SignatureAlgorithm.Ed25519.Sign(signer, _message));
        if (!SignatureWithLibsodium())
            throw new InvalidOperationException("A signature that is right is refused.");

        void Add(string type, string content, string stateKey) => _authEvents.Add(Seal(type, content, stateKey));
        byte[] Seal(string type, string content, string? stateKey)
        {
            var state = stateKey is null ? "" : $"\"state_key\":\"{stateKey}\",";
            var template = $$"""{"type":"{{type}}",{{state}}"room_id":"!room:example.org","sender":"@alice:example.org","content":{{content}},"origin_server_ts":1760000000000,"depth":5,"prev_events":{{(type == "m.room.create" ? "[]" : PrevEvents)}},"auth_events":[{{string.Join(',', _authEvents.Select(json => $"\"{EventCodec.EventId(Version, json.Span)}\""))}}]}""";
            return EventCodec.Seal(Version, Encoding.UTF8.GetBytes(template), Server, key).Json;
        }
    }

    [Benchmark]
    public AuthVerdict Check() => EventAuthorization.Check(Version, _message, _authEvents);

    [Benchmark]
    public bool SignatureWithLibsodium() => SignatureAlgorithm.Ed25519.Verify(_publicKey!, _message, _signature);
}
