namespace Hybrid.Federation.Joins;

/// <summary>What the answer to a join told of the state, beside what the room was made of.</summary>
/// <param name="MembersOmitted">Whether that is not all.</param>
/// <param name="Needed">What the room was made of.</param>
/// <param name="Rest">The rest; nothing of it is checked.</param>
sealed record TellingOfState(bool MembersOmitted, List<ToldEvent> Needed, List<ToldEvent> Rest);
