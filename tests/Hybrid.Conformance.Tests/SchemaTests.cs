using System.Text.Json.Nodes;
using Hybrid.Conformance.Tests.Table;
using Xunit;

namespace Hybrid.Conformance.Tests;

/// <summary>The judge is judged: what it lets pass and what it does not.</summary>
public sealed class SchemaTests
{
    const string Shape = """{"fields":{"id!":"string mx-room-id","n":"integer","list":{"items":"#kind"},"map":{"others":"boolean"}}}""";

    [Theory]
    [InlineData("""{"id":"!r"}""", null)]
    [InlineData("""{"id":"!r","n":-3,"list":["a"],"map":{"x":true},"more":1}""", null)]
    [InlineData("""{}""", "id is missing")]
    [InlineData("""{"id":null}""", "id is null, not string")]
    [InlineData("""{"id":"r"}""", "id is no room-id")]
    [InlineData("""{"id":"!r","n":1.5}""", "n is 1.5, not integer")]
    [InlineData("""{"id":"!r","n":"1"}""", "n is a string, not integer")]
    [InlineData("""{"id":"!r","list":{}}""", "list is an object, not an array")]
    [InlineData("""{"id":"!r","list":["a","c"]}""", "list[] is a string")]
    [InlineData("""{"id":"!r","map":{"!secret:room":1}}""", "map.* is 1, not boolean")]
    [InlineData("[]", "the body is an array, not an object")]
    public void A_value_is_as_the_schema_says_or_the_first_difference_is_named(string value, string? problem) =>
        Assert.Equal(problem, Read(Shape).Check(JsonNode.Parse(value)));

    [Theory]
    [InlineData("\"integer\"", "7.5")]
    [InlineData("\"number\"", "\"\ud83d\udca5\"")]
    [InlineData("\"string\"", "7.5")]
    [InlineData("""{"any":["string","number"]}""", "[]")]
    [InlineData("\"any\"", null)]
    public void A_wrong_value_is_found_where_there_is_one(string schema, string? value) =>
        Assert.True(JsonNode.DeepEquals(value is null ? null : JsonNode.Parse(value), Read(schema).Refused));

    static Schema Read(string schema) => new(JsonNode.Parse(schema), JsonNode.Parse("""{"#kind":{"enum":["a","b"]}}""")!.AsObject());
}
