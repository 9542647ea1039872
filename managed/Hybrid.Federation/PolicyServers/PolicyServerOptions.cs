using Hybrid.Native;
using Hybrid.Primitives;

namespace Hybrid.Federation.PolicyServers;

/// <summary>Whether this server is a policy server, and what it keeps to.</summary>
/// <param name="Key">What it signs with, <c>ed25519:policy_server</c>; null when it is none.</param>
/// <param name="Lists">Rooms that are policy lists: events of whom they ban it does not sign.</param>
public sealed record PolicyServerOptions(SigningKey? Key = null, IReadOnlyList<RoomId>? Lists = null);
