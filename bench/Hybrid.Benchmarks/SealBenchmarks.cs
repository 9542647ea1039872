using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using BenchmarkDotNet.Attributes;
using Hybrid.Native;
using NSec.Cryptography;
using Org.BouncyCastle.Crypto.Parameters;

namespace Hybrid.Benchmarks;

/// <summary>An event of 1 KiB from its template to what is stored: canonical JSON, content hash, redaction, signature, event ID.</summary>
public class SealBenchmarks
{
    const string RoomVersion = "12";
    const string Server = "example.org";
    const int Length = 1024;

    static readonly byte[] Seed = [.. Enumerable.Range(1, 32).Select(number => (byte)number)];

    byte[] _template = [];
    byte[] _hashed = [];
    byte[] _signed = [];
    SigningKey _key = null!;
    Key _libsodiumKey = null!;
    ManagedEventSealer _libsodium = null!;
    ManagedEventSealer _bouncyCastle = null!;

    [GlobalSetup]
    public void Prepare()
    {
        _template = Template();
        _key = SigningKey.FromSeed(Seed, "1");
        _libsodiumKey = Key.Import(SignatureAlgorithm.Ed25519, Seed, KeyBlobFormat.RawPrivateKey);
        _libsodium = new ManagedEventSealer(Server, _key.KeyId, bytes => SignatureAlgorithm.Ed25519.Sign(_libsodiumKey, bytes));
        var bouncyCastleKey = new Ed25519PrivateKeyParameters(Seed);
        _bouncyCastle = new ManagedEventSealer(Server, _key.KeyId, bytes => Sign(bouncyCastleKey, bytes));

        // Work that gives other bytes is other work.
        var native = Native();
        CheckHashesAndSignature(native);
        foreach (var (json, eventId) in new[] { ManagedWithLibsodium(), ManagedWithBouncyCastle() })
        {
            if (!native.Json.AsSpan().SequenceEqual(json) || native.EventId != eventId)
                throw new InvalidOperationException($"Native and managed code differ:\n{Encoding.UTF8.GetString(native.Json)}\n{Encoding.UTF8.GetString(json)}");
        }
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _key.Dispose();
        _libsodiumKey.Dispose();
    }

    [Benchmark]
    public SealedEvent Native() => EventCodec.Seal(RoomVersion, _template, Server, _key);

    /// <summary>Both hashes and the signature of the bytes that sealing takes them of, by the same native code.</summary>
    [Benchmark]
    public unsafe byte[] HashAndSign()
    {
        OwnedBuffer results;
        using var key = _key.Borrow();
        fixed (byte* hashed = _hashed, signed = _signed)
        {
            NativeException.ThrowIfFailed(NativeMethods.hybrid_measure_hash_and_sign(
                key.Pointer, new ByteView(hashed, _hashed.Length), new ByteView(signed, _signed.Length), &results));
        }

        using var buffer = new NativeBuffer(results);
        return buffer.ToArray();
    }

    [Benchmark]
    public (byte[] Json, string EventId) ManagedWithLibsodium() => _libsodium.Seal(_template);

    [Benchmark]
    public (byte[] Json, string EventId) ManagedWithBouncyCastle() => _bouncyCastle.Seal(_template);

    void CheckHashesAndSignature(SealedEvent native)
    {
        _hashed = Without(native.Json, "hashes", "signatures");
        _signed = Without(EventCodec.Redact(RoomVersion, native.Json), "signatures");
        var results = HashAndSign();
        using var json = JsonDocument.Parse(native.Json);
        var hash = json.RootElement.GetProperty("hashes").GetProperty("sha256").GetString();
        var signature = json.RootElement.GetProperty("signatures").GetProperty(Server).GetProperty(_key.KeyId).GetString();
        if (Unpadded(results.AsSpan(..32)) != hash
            || "$" + Base64Url.EncodeToString(results.AsSpan(32, 32)) != native.EventId
            || Unpadded(results.AsSpan(64)) != signature)
        {
            throw new InvalidOperationException("The hashes and the signature alone are not those of the event.");
        }
    }

    static string Unpadded(ReadOnlySpan<byte> bytes) => Convert.ToBase64String(bytes).TrimEnd('=');

    static byte[] Without(byte[] json, params string[] names)
    {
        var fields = JsonNode.Parse(json)!.AsObject();
        foreach (var name in names)
            fields.Remove(name);
        return CanonicalJson.Canonicalize(Encoding.UTF8.GetBytes(fields.ToJsonString()));
    }

    static byte[] Sign(Ed25519PrivateKeyParameters key, byte[] message)
    {
        var signature = new byte[Ed25519PrivateKeyParameters.SignatureSize];
        key.Sign(Org.BouncyCastle.Math.EC.Rfc8032.Ed25519.Algorithm.Ed25519, null, message, 0, message.Length, signature, 0);
        return signature;
    }

    static byte[] Template()
    {
        const string Frame = """
            {"type":"m.room.message","room_id":"!jRsfkRhBhXLTMW5vBjYh2mLiPKD8yPbVdHt9TDNgVZs","sender":"@alice:example.org","content":{"msgtype":"m.text","body":"TEXT"},"origin_server_ts":1760000000000,"depth":4711,"prev_events":["$RIuO9r3ea6zDB7JzHdVHvnnVUWVBmr3nX6gRkTzWrTA"],"auth_events":["$7WqYe0kKp7KZ5bYyYjU6jTfVJqg2sbxDoV4WjUqhMrk","$c0eY9Zt1cCwq2g8L8zXwkXoV4b7rJmJv2mJ9zQ3qfWs"]}
            """;
        return Encoding.UTF8.GetBytes(Frame.Replace("TEXT", new string('x', Length - Frame.Length), StringComparison.Ordinal));
    }
}
