using Hybrid.Primitives;

namespace Hybrid.Accounts.Login;

/// <summary>Takes a user out of every room: joined ones are left, invitations rejected. Implemented where rooms are known.</summary>
public interface IAccountDepartures
{
    ValueTask LeaveAllRoomsAsync(UserId userId, CancellationToken cancellationToken);
}

/// <summary>Deletes what one part of the server keeps about a user beside events. Any number are asked.</summary>
public interface IAccountErasure
{
    /// <summary>
    /// What no one but the user could use goes with every deactivation; what others can see, only when the user wishes to be erased.
    /// </summary>
    bool IsPrivate { get; }

    ValueTask EraseAsync(UserId userId, CancellationToken cancellationToken);
}
