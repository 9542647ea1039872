using System.Text;
using System.Text.Json;
using Hybrid.Federation.Events;
using Hybrid.Federation.Joins;
using Hybrid.Federation.Keys;
using Hybrid.Native;
using Hybrid.Primitives;

namespace Hybrid.Federation.Tests.Joins;

/// <summary>Answers to joins, however they arrive.</summary>
public sealed class JoinAnswerReaderTests : IDisposable
{
    const string Version = "11";
    const string Server = "peer.test";

    static readonly RoomId Room = RoomId.Parse("!room:peer.test");

    readonly SigningKey _key = SigningKey.Generate("1");

    public void Dispose() => _key.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100_000)]
    public async Task Lists_are_read_in_whatever_pieces_they_come(int piece)
    {
        var (first, second, third) = (Event("a"), Event("b"), Event("c"));
        var answer = $$"""
            {"servers_in_room":["x",["y"],{"state":[{{third}}]}],"auth_chain":[7,{{first}},[{{third}}],"x"],"event":{"content":{"state":[1]} },"state":[{{second}},{{third}},null],"members_omitted":false}
            """;

        var read = await ReadAsync(answer, piece);

        Assert.Equal(["a"], read.AuthChain.Select(static incoming => incoming.Event.StateKey));
        Assert.Equal(["b", "c"], read.State.Select(static incoming => incoming.Event.StateKey));
        Assert.Equal("""{"content":{"state":[1]} }""", Encoding.UTF8.GetString(read.Event!.Value.Span));
    }

    [Fact]
    public async Task More_events_than_one_check_takes_keep_their_order()
    {
        const int Many = 4500;
        var events = Enumerable.Range(0, Many).Select(static number => number.ToString(System.Globalization.CultureInfo.InvariantCulture)).ToList();

        var read = await ReadAsync($$"""{"state":[{{string.Join(',', events.Select(Event))}}]}""", 50_000);

        Assert.Equal(events, read.State.Select(static incoming => incoming.Event.StateKey));
        Assert.Empty(read.AuthChain);
        Assert.Null(read.Event);
    }

    [Fact]
    public async Task An_event_that_is_forged_or_far_too_long_takes_no_other_with_it()
    {
        var forged = Event("forged").Replace("\"sender\":\"@a:", "\"sender\":\"@b:", StringComparison.Ordinal);
        var large = $$"""{"type":"x","content":{"text":"{{new string('x', 1 << 20)}}"} }""";

        var read = await ReadAsync($$"""{"state":[{{forged}},{{large}},{{Event("good")}}]}""", 50_000);

        Assert.Equal(["good"], read.State.Select(static incoming => incoming.Event.StateKey));
    }

    [Fact]
    public async Task Of_two_lists_with_one_name_the_first_counts()
    {
        var read = await ReadAsync($$"""{"state":[{{Event("a")}}],"state":[{{Event("b")}}],"auth_chain":{},"auth_chain":[{{Event("c")}}]}""", 100);

        Assert.Equal(["a"], read.State.Select(static incoming => incoming.Event.StateKey));
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
    public async Task What_has_no_lists_has_no_events(string answer)
    {
        var read = await ReadAsync(answer, 3);

        Assert.Empty(read.State);
        Assert.Empty(read.AuthChain);
        Assert.Null(read.Event);
    }

    async Task<ReadJoinAnswer> ReadAsync(string answer, int piece)
    {
        var verifier = new EventVerifier(new OneKey(new ServerKey(Server, _key.KeyId, _key.PublicKeyBase64, ValidUntil: 4_000_000_000_000)), TimeProvider.System);
        await using var stream = new Pieces(Encoding.UTF8.GetBytes(answer), piece);
        return await new JoinAnswerReader(Version, Room, verifier).ReadAsync(stream, default);
    }

    string Event(string stateKey)
    {
        var template = $$"""
            {"auth_events":[],"content":{},"depth":1,"origin_server_ts":1,"prev_events":[],"room_id":"{{Room}}","sender":"@a:{{Server}}","state_key":"{{stateKey}}","type":"org.example"}
            """;
        return Encoding.UTF8.GetString(EventCodec.Seal(Version, Encoding.UTF8.GetBytes(template), Server, _key).Json);
    }

    sealed class OneKey(ServerKey key) : IServerKeys
    {
        public ValueTask<IReadOnlyList<ServerKey>> FindAsync(
            IReadOnlyDictionary<string, IReadOnlyList<string>> wanted, long validUntil, CancellationToken cancellationToken) => new([key]);
    }

    /// <summary>Gives no more at a time than a network would.</summary>
    sealed class Pieces(byte[] bytes, int size) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, size)], cancellationToken);
    }
}
