using System.Collections.Frozen;
using System.Text.Json;
using Hybrid.Primitives;
using Hybrid.Storage.AccountData;
using Hybrid.Storage.Streams;

namespace Hybrid.Accounts.AccountData;

/// <summary>Whom users ignore, as their <c>m.ignored_user_list</c> says (specification, "Ignoring Users"). Kept in memory, dropped when account data changes.</summary>
public sealed class IgnoredUsers(IAccountDataStore store, StreamHub hub) : IDisposable
{
    readonly ParsedAccountData<FrozenSet<UserId>> _lists = new(store, hub, ["m.ignored_user_list"], static content => content is { } json ? Parse(json.Span) : []);

    public ValueTask<FrozenSet<UserId>> OfAsync(UserId userId, CancellationToken cancellationToken) => _lists.OfAsync(userId, cancellationToken);

    public void Dispose() => _lists.Dispose();

    static FrozenSet<UserId> Parse(ReadOnlySpan<byte> json)
    {
        var users = new HashSet<UserId>();
        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var wanted = reader.ValueTextEquals("ignored_users"u8);
            reader.Read();
            if (!wanted || reader.TokenType != JsonTokenType.StartObject)
            {
                reader.Skip();
                continue;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (UserId.TryParse(reader.GetString(), out var ignored))
                    users.Add(ignored);
                reader.Read();
                reader.Skip();
            }
        }

        return users.ToFrozenSet();
    }
}
