using System.Text;
using Hybrid.Native;
using Hybrid.Primitives;
using Hybrid.Storage.Federation;
using Hybrid.Tests.Shared;

namespace Hybrid.Storage.Tests.Federation;

public sealed class SqliteServerKeyStoreTests() : ServerKeyStoreTests(TestEngine.Sqlite);

public sealed class PostgresServerKeyStoreTests() : ServerKeyStoreTests(TestEngine.Postgres);

/// <summary>What every engine must do about keys of other servers.</summary>
public abstract class ServerKeyStoreTests(TestEngine engine) : IDisposable
{
    static readonly ServerName First = ServerName.Parse("first.test");
    static readonly ServerName Second = ServerName.Parse("second.test:8448");

    readonly TestDatabase _test = new(engine);

    IServerKeyStore Store => _test.Get<IServerKeyStore>();

    [Fact]
    public async Task Keys_are_found_by_server_after_reopening()
    {
        await Store.StoreAsync(Answer(First, 1000, "{}", ("ed25519:a", "A", 2000), ("ed25519:b", "B", 500)), default);
        await Store.StoreAsync(Answer(Second, 1000, "{}", ("ed25519:a", "C", 3000)), default);
        _test.Reopen();

        Assert.Equal(
            [new ServerKey("first.test", "ed25519:a", "A", 2000), new ServerKey("first.test", "ed25519:b", "B", 500)],
            await Store.ReadAsync([First], default));
        Assert.Equal(3, (await Store.ReadAsync([First, Second, ServerName.Parse("third.test")], default)).Count);
        Assert.Empty(await Store.ReadAsync([], default));
    }

    [Fact]
    public async Task A_newer_answer_replaces_the_keys_that_it_names_and_no_others()
    {
        await Store.StoreAsync(Answer(First, 1000, """{"n":1}""", ("ed25519:a", "A", 2000), ("ed25519:b", "B", 2000)), default);
        await Store.StoreAsync(Answer(First, 1500, """{"n":2}""", ("ed25519:a", "A", 1400), ("ed25519:c", "C", 9000)), default);

        Assert.Equal(
            [("ed25519:a", 1400L), ("ed25519:b", 2000L), ("ed25519:c", 9000L)],
            (await Store.ReadAsync([First], default)).Select(static key => (key.KeyId, key.ValidUntil)));
    }

    [Fact]
    public async Task An_answer_stays_for_as_long_as_it_is_the_last_to_name_a_key()
    {
        await Store.StoreAsync(Answer(First, 1000, """{"n":1}""", ("ed25519:a", "A", 2000), ("ed25519:b", "B", 2000)), default);
        await Store.StoreAsync(Answer(First, 1500, """{"n":2}""", ("ed25519:a", "A", 2500)), default);
        await Store.StoreAsync(Answer(First, 1700, """{"n":3}""", ("ed25519:a", "A", 2700)), default);

        Assert.Equal(["""{"n":3}""", """{"n":1}"""], await ReadAsync());
        Assert.Equal(["""{"n":1}"""], await ReadAsync("ed25519:b"));
        Assert.Equal(["""{"n":3}""", """{"n":1}"""], await ReadAsync("ed25519:b", "ed25519:a", "ed25519:none"));
        Assert.Empty(await ReadAsync("ed25519:none"));
        Assert.Empty(await Store.ReadAnswersAsync(Second, [], default));

        var newest = (await Store.ReadAnswersAsync(First, ["ed25519:a"], default))[0];
        Assert.Equal((First, 1700L, 5000L), (newest.Server, newest.FetchedTs, newest.ValidUntil));
    }

    public void Dispose() => _test.Dispose();

    static ServerKeyAnswer Answer(ServerName server, long fetchedTs, string json, params (string KeyId, string Key, long ValidUntil)[] keys) => new(
        server, [.. keys.Select(static key => new StoredServerKey(key.KeyId, key.Key, key.ValidUntil))], Encoding.UTF8.GetBytes(json), fetchedTs, 5000);

    async Task<IEnumerable<string>> ReadAsync(params string[] keyIds) =>
        (await Store.ReadAnswersAsync(First, keyIds, default)).Select(static answer => Encoding.UTF8.GetString(answer.Json.Span));
}
