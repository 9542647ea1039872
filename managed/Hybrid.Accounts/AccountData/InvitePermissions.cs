using System.Text.Json;
using Hybrid.Primitives;
using Hybrid.Storage.AccountData;
using Hybrid.Storage.Streams;

namespace Hybrid.Accounts.AccountData;

/// <summary>Who lets nobody invite them, as their <c>m.invite_permission_config</c> says (specification, "Invite permission"; MSC4380).</summary>
public sealed class InvitePermissions(IAccountDataStore store, StreamHub hub) : IDisposable
{
    readonly ParsedAccountData<bool> _blocks =
        new(store, hub, ["m.invite_permission_config", "org.matrix.msc4380.invite_permission_config"], static content => content is { } json && IsBlock(json));

    /// <summary>Whether the user wants no invitations at all.</summary>
    public ValueTask<bool> BlocksAsync(UserId userId, CancellationToken cancellationToken) => _blocks.OfAsync(userId, cancellationToken);

    public void Dispose() => _blocks.Dispose();

    static bool IsBlock(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.TryGetProperty("default_action", out var action) && action.ValueKind == JsonValueKind.String && action.ValueEquals("block");
    }
}
