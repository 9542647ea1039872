using System.Text;
using System.Text.Json.Nodes;
using Hybrid.Federation.Keys;
using Hybrid.Federation.Tests.Support;

namespace Hybrid.Federation.Tests.Keys;

public sealed class ServerKeyDocumentTests : IDisposable
{
    static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    readonly TestServerKeys _peer = new("peer.test", "a", "b", "old");

    [Fact]
    public void Current_and_past_keys_are_read()
    {
        var answer = ServerKeyDocument.Read(_peer.Document(Now.AddDays(1), ["ed25519:a", "ed25519:b"], ("ed25519:old", Now.AddDays(-9))), Now)!;

        Assert.Equal(
            [("ed25519:a", Now.AddDays(1)), ("ed25519:b", Now.AddDays(1)), ("ed25519:old", Now.AddDays(-9))],
            answer.Keys.Select(static key => (key.KeyId, DateTimeOffset.FromUnixTimeMilliseconds(key.ValidUntil))));
        Assert.Equal(_peer["ed25519:a"].PublicKeyBase64, answer.Keys[0].PublicKey);
        Assert.Equal(("peer.test", Now.ToUnixTimeMilliseconds()), (answer.Server.Value, answer.FetchedTs));
    }

    [Fact]
    public void No_key_is_good_for_more_than_seven_days()
    {
        var answer = ServerKeyDocument.Read(_peer.Document(Now.AddYears(100), ["ed25519:a"]), Now)!;

        Assert.Equal(Now.AddDays(7).ToUnixTimeMilliseconds(), answer.Keys[0].ValidUntil);
        Assert.Equal(Now.AddDays(7).ToUnixTimeMilliseconds(), answer.ValidUntil);
    }

    [Fact]
    public void A_signature_with_one_of_the_current_keys_is_enough()
    {
        var document = Change(_peer.Document(Now.AddDays(1), ["ed25519:a", "ed25519:b"]), static json =>
        {
            ((JsonObject)json["signatures"]!["peer.test"]!).Remove("ed25519:a");
            json["unsigned"] = new JsonObject { ["x"] = 1 };
        });

        Assert.NotNull(ServerKeyDocument.Read(document, Now));
    }

    public static TheoryData<string, Action<JsonObject>> Wrongs => new()
    {
        { "unsigned", static json => json.Remove("signatures") },
        { "signed by another", static json => json["signatures"] = new JsonObject { ["other.test"] = json["signatures"]!["peer.test"]!.DeepClone() } },
        { "in another's name", static json => json["server_name"] = "other.test" },
        { "longer valid", static json => json["valid_until_ts"] = 1_900_000_000_000 },
        { "no number", static json => json["valid_until_ts"] = "soon" },
        { "a fraction", static json => json["valid_until_ts"] = 1.5 },
        { "no time", static json => json.Remove("valid_until_ts") },
        { "no keys", static json => json["verify_keys"] = new JsonObject() },
        { "keys of another kind", static json => json["verify_keys"] = new JsonArray() },
        { "a key that is none", static json => json["verify_keys"]!["ed25519:a"] = "key" },
        { "another key under the ID", static json => json["verify_keys"]!["ed25519:a"]!["key"] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" },
        { "an old key without an end", static json => json["old_verify_keys"] = new JsonObject { ["ed25519:x"] = new JsonObject { ["key"] = "x" } } },
    };

    [Theory]
    [MemberData(nameof(Wrongs))]
    public void Anything_else_is_not_believed(string what, Action<JsonObject> change)
    {
        Assert.NotEmpty(what);
        Assert.Null(ServerKeyDocument.Read(Change(_peer.Document(Now.AddDays(1), ["ed25519:a"]), change), Now));
    }

    [Theory]
    [InlineData("")]
    [InlineData("no JSON")]
    [InlineData("[]")]
    [InlineData("""{"server_name":"\ud800"}""")]
    public void What_is_no_document_is_none(string text) => Assert.Null(ServerKeyDocument.Read(Encoding.UTF8.GetBytes(text), Now));

    public void Dispose() => _peer.Dispose();

    static byte[] Change(byte[] document, Action<JsonObject> change)
    {
        var json = (JsonObject)JsonNode.Parse(document)!;
        change(json);
        return Encoding.UTF8.GetBytes(json.ToJsonString());
    }
}
