using Hybrid.Primitives;

namespace Hybrid.Accounts.Login;

/// <summary>Takes a user out of every room: joined ones are left, invitations rejected. Implemented where rooms are known.</summary>
public interface IAccountDepartures
{
    ValueTask LeaveAllRoomsAsync(UserId userId, CancellationToken cancellationToken);
}

/// <summary>Deletes what one part of the server keeps about a user beside events, when the user wishes to be erased. Any number are asked.</summary>
public interface IAccountErasure
{
    ValueTask EraseAsync(UserId userId, CancellationToken cancellationToken);
}
