using System.Text;
using Hybrid.Accounts.AccountData;
using Hybrid.Primitives;
using Hybrid.Storage.AccountData;
using Hybrid.Tests.Shared;

namespace Hybrid.Ephemeral.Tests;

public sealed class AccountDataTests : IDisposable
{
    static readonly UserId Alice = TestRoom.Alice;
    static readonly RoomId Room = RoomId.Parse("!room:hybrid.test");

    readonly TestDatabase _test = new();
    readonly IAccountDataStore _store;
    readonly AccountDataService _accountData;
    readonly RoomTags _tags;

    public AccountDataTests()
    {
        _store = _test.Get<IAccountDataStore>();
        _accountData = new AccountDataService(_store, [new GivenData()]);
        _tags = new RoomTags(_store);
    }

    public void Dispose() => _test.Dispose();

    [Fact]
    public async Task What_was_written_is_read_and_told_apart_by_room()
    {
        await _accountData.WriteAsync(Alice, null, "org.example", """{"a":1}"""u8.ToArray(), default);
        await _accountData.WriteAsync(Alice, Room, "org.example", """{"a":2}"""u8.ToArray(), default);

        Assert.Equal("""{"a":1}""", await ReadAsync(null, "org.example"));
        Assert.Equal("""{"a":2}""", await ReadAsync(Room, "org.example"));
        Assert.Equal("M_NOT_FOUND", (await _accountData.ReadAsync(TestRoom.Bob, null, "org.example", default)).Error?.Code);
        Assert.Equal([null, Room], (await _store.ReadChangesAsync(Alice, 0, 10, default)).Select(entry => entry.RoomId));
    }

    [Theory]
    [InlineData("m.fully_read")]
    [InlineData("m.push_rules")]
    public async Task Types_of_the_server_cannot_be_written(string type)
    {
        var error = (await _accountData.WriteAsync(Alice, Room, type, "{}"u8.ToArray(), default)).Error!;

        Assert.Equal((405, "M_BAD_JSON"), (error.Status, error.Code));
    }

    [Fact]
    public async Task What_every_user_has_is_read_until_it_is_changed()
    {
        Assert.Equal("""{"given":true}""", await ReadAsync(null, "m.given"));
        await _store.PutAsync(Alice, null, "m.given", "{}"u8.ToArray(), default);
        Assert.Equal("{}", await ReadAsync(null, "m.given"));
    }

    [Fact]
    public async Task Tags_are_added_replaced_and_removed_one_by_one()
    {
        await _tags.SetAsync(Alice, Room, "u.work", """{"order":0.5}"""u8.ToArray(), default);
        await _tags.SetAsync(Alice, Room, "m.favourite", "{}"u8.ToArray(), default);
        await _tags.SetAsync(Alice, Room, "u.work", """{"order":0.25}"""u8.ToArray(), default);
        await _tags.RemoveAsync(Alice, Room, "m.favourite", default);
        var position = _test.Hub.Current(StreamKind.AccountData);
        await _tags.RemoveAsync(Alice, Room, "never.there", default);

        Assert.Equal("""{"tags":{"u.work":{"order":0.25}}}""", Encoding.UTF8.GetString((await _tags.ReadAsync(Alice, Room, default)).Span));
        Assert.Equal(position, _test.Hub.Current(StreamKind.AccountData));
    }

    [Fact]
    public async Task A_tag_with_a_wrong_order_or_name_is_refused()
    {
        Assert.Equal("M_INVALID_PARAM", (await _tags.SetAsync(Alice, Room, "u.x", """{"order":"first"}"""u8.ToArray(), default)).Error?.Code);
        Assert.Equal("M_INVALID_PARAM", (await _tags.SetAsync(Alice, Room, new string('x', 256), "{}"u8.ToArray(), default)).Error?.Code);
    }

    async Task<string> ReadAsync(RoomId? room, string type) =>
        Encoding.UTF8.GetString((await _accountData.ReadAsync(Alice, room, type, default)).Value.Span);

    sealed class GivenData : IDefaultAccountData
    {
        public string Type => "m.given";

        public ValueTask<ReadOnlyMemory<byte>> ReadAsync(UserId userId, CancellationToken cancellationToken) =>
            new("""{"given":true}"""u8.ToArray());
    }
}
