namespace Hybrid.Federation.Joins;

/// <summary>What the answer to a join tells of the state, which a part was taken of; whoever completes the room with it disposes it.</summary>
/// <param name="MembersOmitted">Whether that is not all.</param>
/// <param name="Answer">The answer; nothing of it is checked.</param>
sealed record TellingOfState(bool MembersOmitted, ToldAnswer Answer);
