using Hybrid.Native;
using Hybrid.Primitives;

namespace Hybrid.Rooms;

/// <summary>Who this server is in the federation: its name, and the key it signs events with.</summary>
public sealed record ServerIdentity(ServerName Name, SigningKey Key);
