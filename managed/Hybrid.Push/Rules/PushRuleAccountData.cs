using System.Text.Json;
using Hybrid.Primitives;
using Hybrid.Storage.AccountData;

namespace Hybrid.Push.Rules;

/// <summary>Users' push rules, kept where clients see them change: in the global account data <c>m.push_rules</c>.</summary>
public sealed class PushRuleAccountData(IAccountDataStore store) : IPushRuleSource
{
    const string Type = "m.push_rules";

    public async ValueTask<ReadOnlyMemory<byte>?> FindAsync(UserId userId, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(userId, null, Type, cancellationToken) is not { } stored)
            return null;

        using var document = JsonDocument.Parse(stored);
        return document.RootElement.TryGetProperty("global", out var global)
            ? System.Text.Encoding.UTF8.GetBytes(global.GetRawText())
            : null;
    }

    public async ValueTask<PushRuleBook> OpenAsync(UserId userId, CancellationToken cancellationToken) =>
        PushRuleBook.Open(userId, await store.FindAsync(userId, null, Type, cancellationToken));

    /// <summary>Makes a change; a refused one leaves the rules as they are.</summary>
    public async ValueTask<Result<Done>> ChangeAsync(UserId userId, Func<PushRuleBook, Result<Done>> change, CancellationToken cancellationToken)
    {
        Result<Done> result = default;
        await store.UpdateAsync(
            userId, null, Type,
            stored =>
            {
                var book = PushRuleBook.Open(userId, stored);
                result = change(book);
                return result.Error is null ? book.ToAccountData() : default(ReadOnlyMemory<byte>?);
            },
            cancellationToken);
        return result;
    }
}
