using Hybrid.Primitives;

namespace Hybrid.Rooms.Membership;

/// <summary>What member events show of a user.</summary>
public sealed record MemberProfile(string? DisplayName, string? AvatarUrl)
{
    public static MemberProfile None { get; } = new(null, null);
}

/// <summary>Where the profiles of users come from; the accounts stand behind it, and other servers for theirs.</summary>
public interface IMemberProfiles
{
    /// <summary>The profile; <see cref="MemberProfile.None"/> for users who have none, or none that can be had.</summary>
    ValueTask<MemberProfile> FindAsync(UserId userId, CancellationToken cancellationToken);
}
