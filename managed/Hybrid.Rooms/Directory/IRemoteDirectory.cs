using Hybrid.Primitives;

namespace Hybrid.Rooms.Directory;

/// <summary>Asks other servers which rooms they list. Implemented where other servers are known.</summary>
public interface IRemoteDirectory
{
    /// <summary>A page of another server's published rooms, as that server orders them; its refusal, or an error that says that it cannot be asked.</summary>
    ValueTask<Result<PublicRoomsPage>> ListAsync(ServerName server, PublicRoomsQuery query, CancellationToken cancellationToken);
}
