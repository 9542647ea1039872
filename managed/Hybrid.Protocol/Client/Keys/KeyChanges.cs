using Hybrid.Primitives;

namespace Hybrid.Protocol.Client.Keys;

/// <summary><c>GET /_matrix/client/v3/keys/changes</c></summary>
public sealed record KeyChangesResponse(IReadOnlyCollection<UserId> Changed, IReadOnlyCollection<UserId> Left);
