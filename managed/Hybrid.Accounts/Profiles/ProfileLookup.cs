using Hybrid.Primitives;

namespace Hybrid.Accounts.Profiles;

/// <summary>Asks other servers for their users' profiles. Implemented where other servers are known.</summary>
public interface IRemoteProfiles
{
    /// <summary>The profile of another server's user; <c>M_NOT_FOUND</c>, or an error that says that the server does not say, or cannot be asked.</summary>
    ValueTask<Result<Profile>> FindAsync(UserId userId, CancellationToken cancellationToken);
}

/// <summary>The profile of any user, wherever the account is.</summary>
public sealed class ProfileLookup(AccountOptions options, UserProfiles profiles, IRemoteProfiles? remote = null)
{
    /// <summary>The profile; <c>M_NOT_FOUND</c> for a user who does not exist, or why another server does not say.</summary>
    public async ValueTask<Result<Profile>> FindAsync(UserId userId, CancellationToken cancellationToken)
    {
        if (remote is not null && userId.Server != options.ServerName)
            return await remote.FindAsync(userId, cancellationToken);

        return await profiles.FindAsync(userId, cancellationToken) is { } profile ? profile : MatrixError.NotFound("There is no such user.");
    }
}
