namespace Hybrid.Federation.Events;

/// <summary>How much is fetched for events whose ancestors are missing, so that a peer cannot have this server ask without end.</summary>
/// <param name="MissingRounds">How often <c>get_missing_events</c> is asked.</param>
/// <param name="MissingPerRound">How many events it is asked for.</param>
/// <param name="SingleEvents">How many events are asked for one by one; a state of which more are missing is fetched as a whole.</param>
/// <param name="StatesPerBatch">For how many events of a batch the state before them is asked for.</param>
public sealed record AncestryLimits(int MissingRounds = 50, int MissingPerRound = 20, int SingleEvents = 100, int StatesPerBatch = 10);
