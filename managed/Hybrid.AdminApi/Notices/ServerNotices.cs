using System.Text.Json;
using Hybrid.Accounts.AccountData;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Rooms.Creation;
using Hybrid.Rooms.Events;
using Hybrid.Rooms.Membership;
using Hybrid.Rooms.Sending;
using Hybrid.Storage.Accounts;
using Hybrid.Storage.Rooms;
using Microsoft.Extensions.Hosting;

namespace Hybrid.AdminApi.Notices;

/// <summary>Sends the operator's notices to users, each of whom has one room for them (specification, "Server Notices").</summary>
public sealed class ServerNotices(
    ServerNoticeOptions options, RoomCreation creation, RoomRegistry rooms, MembershipIndex index, MembershipChanges memberships, EventSending sending, RoomTags tags,
    IAccountStore accounts, ServerIdentity identity, TimeProvider time) : IHostedService, IDisposable
{
    const string Name = "Server Notices";
    const string Tag = "m.server_notice";

    // So that two notices at once do not make two rooms.
    readonly SemaphoreSlim _finding = new(1);

    /// <summary>Sees to it that the sender's name is nobody else's.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.Sender is { } sender)
            await accounts.TryAddAsync(new NewAccount(new AccountRecord(sender, null, time.GetUtcNow()), Name, null), cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>
    /// Sends an event into the user's room, which is made, and the user invited, where need be. <c>M_UNKNOWN</c> when notices are off or the user is
    /// another server's, <c>M_NOT_FOUND</c> without such an account, <c>M_INVITE_BLOCKED</c> when the user lets nobody invite them.
    /// </summary>
    /// <param name="userId">Whom it is for.</param>
    /// <param name="notice">The event; its sender is set here.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask<Result<EventId>> SendAsync(UserId userId, EventProposal notice, CancellationToken cancellationToken)
    {
        if (options.Sender is not { } sender)
            return MatrixError.Of(400, "M_UNKNOWN", "Server notices are not enabled on this server.");
        if (userId.Server != identity.Name)
            return MatrixError.Of(400, "M_UNKNOWN", "Server notices can only be sent to local users.");
        if (await accounts.FindAsync(userId, cancellationToken) is not { IsDeactivated: false })
            return MatrixError.NotFound("There is no such account.");
        if (!(await RoomOfAsync(userId, sender, cancellationToken)).TryGet(out var roomId, out var error))
            return error;

        return await sending.SendAsync(roomId, notice with { Sender = sender }, cancellationToken);
    }

    public void Dispose() => _finding.Dispose();

    async ValueTask<Result<RoomId>> RoomOfAsync(UserId userId, UserId sender, CancellationToken cancellationToken)
    {
        await _finding.WaitAsync(cancellationToken);
        try
        {
            if (await FindAsync(userId, cancellationToken) is not { } found)
                return await CreateAsync(userId, sender, cancellationToken);

            var invited = found.Membership is "join" or "invite"
                ? default
                : await memberships.InviteAsync(found.RoomId, sender, userId, MembershipTerms.None, cancellationToken);
            return invited.Error is { } error ? error : found.RoomId;
        }
        finally
        {
            _finding.Release();
        }
    }

    async ValueTask<MembershipRecord?> FindAsync(UserId userId, CancellationToken cancellationToken)
    {
        MembershipRecord? best = null;
        foreach (var record in (await index.OfAsync(userId, cancellationToken)).Values)
        {
            // The room that the user is in, or was in last.
            if (best is not null && (best.Membership == "join" || (record.Membership != "join" && record.Position < best.Position)))
                continue;
            if (await rooms.FindAsync(record.RoomId, cancellationToken) is { } room && options.IsNoticeRoom(room.Current))
                best = record;
        }

        return best;
    }

    async ValueTask<Result<RoomId>> CreateAsync(UserId userId, UserId sender, CancellationToken cancellationToken)
    {
        using var levels = JsonDocument.Parse("""{"users_default":-10}""");
        var terms = new RoomCreationTerms(sender, options.RoomVersion, RoomPreset.PrivateChat)
        {
            Name = Name,
            Invited = [userId],
            PowerLevelOverride = levels.RootElement,
        };
        var created = await creation.CreateAsync(terms, cancellationToken);
        if (created.TryGet(out var roomId, out _))
            await tags.SetAsync(userId, roomId, Tag, "{}"u8.ToArray(), cancellationToken);
        return created;
    }
}
