namespace Hybrid.Federation.Inbound;

/// <summary>Bounds of what is received from other servers.</summary>
/// <param name="MaxPdus">Events of one transaction (server-server API, "Transactions").</param>
/// <param name="MaxEdus">Ephemeral data of one transaction.</param>
/// <param name="BatchSize">Events of a room that are worked off together.</param>
/// <param name="MaxLanes">Rooms that are worked off at the same time.</param>
/// <param name="MaxWaiting">Events of one room that may wait; more are refused, and their servers send them again or are asked for them later.</param>
public sealed record InboundOptions(int MaxPdus = 50, int MaxEdus = 100, int BatchSize = 100, int MaxLanes = 16, int MaxWaiting = 10_000);
