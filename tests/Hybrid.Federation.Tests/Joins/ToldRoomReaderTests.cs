using System.Text;
using System.Text.Json;
using Hybrid.Federation.Joins;

namespace Hybrid.Federation.Tests.Joins;

/// <summary>Answers to joins, however they arrive.</summary>
public sealed class ToldRoomReaderTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100_000)]
    public async Task Lists_are_read_in_whatever_pieces_they_come(int piece)
    {
        var (first, second, third) = (Event("a"), Event("b"), Event("c"));
        var answer = $$"""
            {"servers_in_room":["x",["y"],{"state":[{{third}}]},"b\u002etest",":"],"auth_chain":[7,{{first}},[{{third}}],"x"],"event":{"content":{"state":[1]} },"state":[{{second}},{{third}},null],"members_omitted":true}
            """;

        var read = await ReadAsync(answer, piece);

        Assert.Equal([first], Objects(read, ToldRoomReader.AuthChain));
        Assert.Equal([second, third], Objects(read, ToldRoomReader.State));
        Assert.Equal(["""{"content":{"state":[1]} }"""], Objects(read, ToldRoomReader.Event));
        Assert.Single(read, static value => value is { Name: ToldRoomReader.MembersOmitted, Type: JsonTokenType.True });
        Assert.Equal(["\"x\"", "\"b\\u002etest\"", "\":\""], read.Where(static value => value is { Name: ToldRoomReader.Servers, Type: JsonTokenType.String }).Select(static value => value.Json));
    }

    [Fact]
    public async Task Of_two_lists_with_one_name_the_first_counts()
    {
        var read = await ReadAsync($$"""{"state":[{{Event("a")}}],"state":[{{Event("b")}}],"auth_chain":{},"auth_chain":[{{Event("c")}}]}""", 100);

        Assert.Equal([Event("a")], Objects(read, ToldRoomReader.State));
        Assert.Empty(Objects(read, ToldRoomReader.AuthChain));
    }

    [Theory]
    [InlineData("")]
    [InlineData("no JSON")]
    [InlineData("""{"state":[{"type":"x"}""")]
    [InlineData("""{"state":[]} {}""")]
    public async Task What_is_no_JSON_or_breaks_off_is_no_answer(string answer) =>
        await Assert.ThrowsAnyAsync<JsonException>(() => ReadAsync(answer, 3));

    [Theory]
    [InlineData("[]")]
    [InlineData("7")]
    [InlineData("""[200,{"state":[]}]""")]
    [InlineData("""{"state":{},"auth_chain":7,"event":[]}""")]
    public async Task What_has_no_lists_has_no_events(string answer) => Assert.Empty(await ReadAsync(answer, 3));

    [Theory]
    [InlineData("""{"type":"m.room.member","state_key":"@a:x","sender":"@b:x","content":{"other":{"membership":"ban"},"membership":"join"}}""", "m.room.member", "@a:x", "@b:x", "join")]
    [InlineData("""{"content":[{"membership":"join"}],"unsigned":{"type":"y"},"type":"x","state_key":7,"sender":null}""", "x", null, null, null)]
    [InlineData("{}", null, null, null, null)]
    public void An_event_is_told_by_its_own_fields(string json, string? type, string? stateKey, string? sender, string? membership)
    {
        var told = ToldEvent.Read(Encoding.UTF8.GetBytes(json));

        Assert.Equal((type, stateKey, sender, membership), (told.Type, told.StateKey, told.Sender, told.Membership));
    }

    static async Task<List<(string Name, JsonTokenType Type, string Json)>> ReadAsync(string answer, int piece)
    {
        var values = new List<(string Name, JsonTokenType Type, string Json)>();
        await using var stream = new Pieces(Encoding.UTF8.GetBytes(answer), piece);
        await foreach (var value in new ToldRoomReader("state").ReadAsync(stream, default))
            values.Add((value.Name, value.Type, Encoding.UTF8.GetString(value.Json.Span)));
        return values;
    }

    static IEnumerable<string> Objects(List<(string Name, JsonTokenType Type, string Json)> values, string name) =>
        values.Where(value => value.Name == name && value.Type == JsonTokenType.StartObject).Select(static value => value.Json);

    static string Event(string stateKey) => $$"""{"content":{},"sender":"@a:peer.test","state_key":"{{stateKey}}","type":"org.example"}""";

    /// <summary>Gives no more at a time than a network would.</summary>
    sealed class Pieces(byte[] bytes, int size) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, size)], cancellationToken);
    }
}
