using System.Text;
using System.Text.Json.Nodes;
using Hybrid.Native.Tests.Support;

namespace Hybrid.Native.Tests.Signing;

public class SigningKeyTests
{
    static readonly byte[] Seed = [.. Enumerable.Range(0, 32).Select(number => (byte)number)];

    [Fact]
    public void The_vectors_of_the_specification_are_met()
    {
        var vectors = Vectors.Read("signing.json");
        using var key = SigningKey.FromSeed(Convert.FromBase64String(vectors.Text("seed") + "="), vectors.Text("version"));
        Assert.All(vectors.Items("json"), item =>
        {
            var signed = key.SignJson(Encoding.UTF8.GetBytes(item.Text("input")), vectors.Text("entity"));
            Assert.Equal(item.Text("signed"), Encoding.UTF8.GetString(signed));
            Assert.True(JsonSignature.Verify(signed, vectors.Text("entity"), key.KeyId, key.PublicKeyBase64));
        });
    }

    [Fact]
    public void A_key_grows_again_from_its_seed()
    {
        using var key = SigningKey.Generate("a_1");
        using var again = SigningKey.FromSeed(key.ExportSeed(), "b");
        Assert.Equal(key.PublicKey, again.PublicKey);
        Assert.Equal("ed25519:a_1", key.KeyId);
        Assert.Equal(32, key.ExportSeed().Length);
        Assert.Equal(key.PublicKey, Convert.FromBase64String(key.PublicKeyBase64 + "="));
    }

    [Fact]
    public void Generated_keys_differ()
    {
        using var one = SigningKey.Generate("1");
        using var other = SigningKey.Generate("1");
        Assert.NotEqual(one.PublicKey, other.PublicKey);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a:b")]
    [InlineData("ä")]
    public void A_version_is_letters_digits_and_underscores(string version) =>
        Assert.Equal(
            NativeStatus.SigningKeyInvalid,
            Assert.Throws<NativeException>(() => SigningKey.FromSeed(Seed, version)).Status);

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    public void A_seed_has_32_bytes(int length) =>
        Assert.Equal(
            NativeStatus.SigningKeyInvalid,
            Assert.Throws<NativeException>(() => SigningKey.FromSeed(new byte[length], "1")).Status);

    [Fact]
    public void A_disposed_key_is_refused()
    {
        var key = SigningKey.FromSeed(Seed, "1");
        key.Dispose();
        key.Dispose();
        Assert.Throws<ObjectDisposedException>(() => key.SignJson("{}"u8, "a"));
        Assert.Throws<ObjectDisposedException>(key.ExportSeed);
        Assert.Throws<ObjectDisposedException>(() => EventCodec.Seal("11", "{}"u8, "a", key));
        Assert.Throws<ObjectDisposedException>(() => EventCodec.Sign("11", "{}"u8, "a", key));
    }

    [Fact]
    public async Task A_key_outlives_the_calls_that_use_it()
    {
        for (var round = 0; round < 50; round++)
        {
            var key = SigningKey.FromSeed(Seed, "1");
            using var start = new Barrier(2);
            var signing = Task.Run(() =>
            {
                start.SignalAndWait();
                try
                {
                    while (true)
                        Assert.NotEmpty(key.SignJson("{}"u8, "a"));
                }
                catch (ObjectDisposedException)
                {
                    return true;
                }
            });
            start.SignalAndWait();
            key.Dispose();
            Assert.True(await signing.WaitAsync(TimeSpan.FromSeconds(30)));
        }
    }

    [Fact]
    public void Only_objects_are_signed()
    {
        using var key = SigningKey.FromSeed(Seed, "1");
        Assert.Equal(NativeStatus.JsonShape, Assert.Throws<NativeException>(() => key.SignJson("[]"u8, "a")).Status);
        Assert.Equal(NativeStatus.JsonNumber, Assert.Throws<NativeException>(() => key.SignJson("{\"a\":1e400}"u8, "a")).Status);
        Assert.Equal(NativeStatus.JsonSyntax, Assert.Throws<NativeException>(() => key.SignJson([], "a")).Status);
        Assert.Throws<ArgumentNullException>(() => key.SignJson("{}"u8, null!));
    }

    [Theory]
    [InlineData("""{"n":1.50,"big":1E20,"whole":9007199254740993}""", """{"big":1e+20,"n":1.5,"whole":9007199254740993}""")]
    [InlineData("""{"n":-0.00001,"zero":-0,"whole":123456789012345678901234567890}""", """{"n":-1e-05,"whole":123456789012345678901234567890,"zero":0}""")]
    public void Numbers_of_old_rooms_are_signed_as_the_servers_that_made_them_do(string json, string canonical)
    {
        using var key = SigningKey.FromSeed(Seed, "1");
        var signed = key.SignJson(Encoding.UTF8.GetBytes(json), "us");
        Assert.True(JsonSignature.Verify(signed, "us", key.KeyId, key.PublicKeyBase64));
        Assert.StartsWith(canonical[..^1].Split(",\"whole\"")[0], Encoding.UTF8.GetString(signed), StringComparison.Ordinal);
        Assert.Equal(signed, key.SignJson(Encoding.UTF8.GetBytes(canonical), "us"));
    }

    [Fact]
    public void Names_longer_than_the_stack_space_are_signed_too()
    {
        using var key = SigningKey.FromSeed(Seed, "1");
        var entity = new string('ä', 5000);
        Assert.True(JsonSignature.Verify(key.SignJson("{}"u8, entity), entity, key.KeyId, key.PublicKeyBase64));
    }

    [Fact]
    public void A_signature_that_is_missing_malformed_or_wrong_does_not_verify()
    {
        using var key = SigningKey.FromSeed(Seed, "1");
        using var other = SigningKey.Generate("1");
        var signed = key.SignJson("{\"a\":1}"u8, "us");
        Assert.True(JsonSignature.Verify(signed, "us", "ed25519:1", key.PublicKeyBase64));
        Assert.False(JsonSignature.Verify(signed, "them", "ed25519:1", key.PublicKeyBase64));
        Assert.False(JsonSignature.Verify(signed, "us", "ed25519:2", key.PublicKeyBase64));
        Assert.False(JsonSignature.Verify(signed, "us", "ed25519:1", other.PublicKeyBase64));
        Assert.False(JsonSignature.Verify(signed, "us", "ed25519:1", "no key"));
        Assert.False(JsonSignature.Verify(signed, "us", "ed25519:1", ""));

        bool Verifies(JsonNode json) =>
            JsonSignature.Verify(Encoding.UTF8.GetBytes(json.ToJsonString()), "us", "ed25519:1", key.PublicKeyBase64);
        var changed = JsonNode.Parse(signed)!;
        changed["a"] = 2;
        Assert.False(Verifies(changed));
        changed["a"] = 1;
        changed["unsigned"] = new JsonObject { ["age"] = 5 };
        Assert.True(Verifies(changed));
        Assert.Equal(
            NativeStatus.JsonSyntax,
            Assert.Throws<NativeException>(() => JsonSignature.Verify("{"u8, "us", "ed25519:1", key.PublicKeyBase64)).Status);
    }
}
