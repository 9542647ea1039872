using System.Text;
using System.Text.Json.Nodes;
using Hybrid.Federation.Requests;
using Hybrid.Native;
using Hybrid.Primitives;
using Hybrid.Rooms;
using NSec.Cryptography;

namespace Hybrid.Federation.Tests.Requests;

public sealed class RequestSignatureTests : IDisposable
{
    static readonly ServerName Origin = ServerName.Parse("origin.hs.example.com");
    static readonly ServerName Destination = ServerName.Parse("destination.hs.example.com");
    static readonly byte[] Body = """{"one":1,"two":[true,null,"ü"]}"""u8.ToArray();

    // The seed of the specification's cryptographic test vectors.
    readonly SigningKey _key = SigningKey.FromSeed(Convert.FromBase64String("YJDBA9Xnr2sVqXD9Vj7XVUnmFZcZrlw8Md7kMW+3XA1="), "1");

    ServerIdentity Identity => new(Origin, _key);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_is_signed_is_the_object_that_the_specification_shows(bool withBody)
    {
        var content = withBody ? ""","content":{"one":1,"two":[true,null,"ü"]}""" : "";
        var shown = $$"""{"method":"PUT","uri":"/_matrix/federation/v1/send/1?a=%2F","origin":"{{Origin}}","destination":"{{Destination}}"{{content}}}""";
        var signed = JsonNode.Parse(_key.SignJson(Encoding.UTF8.GetBytes(shown), Origin.Value))!;

        var header = RequestSignature.Sign(Identity, Destination, "PUT", "/_matrix/federation/v1/send/1?a=%2F", withBody ? Body : default);

        Assert.Equal((string)signed["signatures"]![Origin.Value]!["ed25519:1"]!, header.Signature);
        Assert.Equal((Origin, (ServerName?)Destination, "ed25519:1"), (header.Origin, header.Destination, header.KeyId));
    }

    [Fact]
    public void A_signature_is_good_for_one_request_only()
    {
        var header = RequestSignature.Sign(Identity, Destination, "PUT", "/_matrix/x?a=%2F", Body);
        bool Verify(string method = "PUT", string target = "/_matrix/x?a=%2F", ServerName? self = null, byte[]? body = null, string? key = null, XMatrix? claim = null) =>
            RequestSignature.Verify(claim ?? header, self ?? Destination, method, target, body ?? Body, key ?? _key.PublicKeyBase64);
        using var other = SigningKey.FromSeed(new byte[32], "1");

        Assert.True(Verify());
        Assert.True(Verify(body: """{ "two": [true, null, "\u00fc"], "one": 1 }"""u8.ToArray()));
        Assert.False(Verify(method: "POST"));
        Assert.False(Verify(target: "/_matrix/x?a=/"));
        Assert.False(Verify(target: "/_matrix/x"));
        Assert.False(Verify(self: Origin));
        Assert.False(Verify(body: """{"one":2,"two":[true,null,"ü"]}"""u8.ToArray()));
        Assert.False(Verify(body: []));
        Assert.False(Verify(body: "{}"u8.ToArray()));
        Assert.False(Verify(body: "not JSON"u8.ToArray()));
        Assert.False(Verify(key: other.PublicKeyBase64));
        Assert.False(Verify(key: "no key"));
        Assert.False(Verify(claim: header with { Origin = ServerName.Parse("other.test") }));
        Assert.False(Verify(claim: header with { Signature = "AAAA" }));
    }

    [Fact]
    public void Numbers_of_old_rooms_do_not_keep_a_transaction_out()
    {
        // Signed as a server does whose JSON library writes such numbers so.
        var body = """{"pdus":[{"content":{"n":1.5,"big":1e20,"whole":9007199254740993}}]}"""u8.ToArray();
        var signed = $$$"""{"content":{"pdus":[{"content":{"big":1e+20,"n":1.5,"whole":9007199254740993}}]},"destination":"{{{Destination}}}","method":"PUT","origin":"{{{Origin}}}","uri":"/t"}""";
        using var key = Key.Import(SignatureAlgorithm.Ed25519, _key.ExportSeed(), KeyBlobFormat.RawPrivateKey);
        var signature = Convert.ToBase64String(SignatureAlgorithm.Ed25519.Sign(key, Encoding.UTF8.GetBytes(signed))).TrimEnd('=');

        Assert.Equal(signature, RequestSignature.Sign(Identity, Destination, "PUT", "/t", body).Signature);
        Assert.True(RequestSignature.Verify(new XMatrix(Origin, Destination, "ed25519:1", signature), Destination, "PUT", "/t", body, _key.PublicKeyBase64));
    }

    [Fact]
    public void A_body_cannot_pretend_to_be_the_rest_of_what_is_signed()
    {
        var body = """{"a":1},"method":"GET","content":{"b":2}"""u8.ToArray();

        Assert.False(RequestSignature.Verify(
            RequestSignature.Sign(Identity, Destination, "GET", "/t", """{"b":2}"""u8.ToArray()), Destination, "PUT", "/t", body, _key.PublicKeyBase64));
    }

    public void Dispose() => _key.Dispose();
}
