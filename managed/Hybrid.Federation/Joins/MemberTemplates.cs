using Hybrid.Federation.Requests;
using Hybrid.Native;
using Hybrid.Primitives;
using Hybrid.Rooms;

namespace Hybrid.Federation.Joins;

/// <summary>Has other servers make templates of member events: <c>make_join</c>, <c>make_knock</c>, <c>make_leave</c>.</summary>
public sealed class MemberTemplates(IFederationClient client, ServerIdentity identity, TimeProvider time)
{
    /// <summary>A member event of a user of this server, signed by it; it is in no room yet.</summary>
    /// <param name="server">Whom to ask.</param>
    /// <param name="operation">The last part but two of the endpoint's path.</param>
    /// <param name="roomId">The room.</param>
    /// <param name="userId">The user.</param>
    /// <param name="content">What the event is to say.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    internal async ValueTask<Result<MemberTemplate>> MakeAsync(
        ServerName server, string operation, RoomId roomId, UserId userId, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        var path = FederationPath.Of("federation/v1/" + operation, roomId.Value, userId.Value);
        var target = operation == "make_leave" ? path : FederationPath.WithQuery(path, [.. RoomVersions.All.Select(static version => ("ver", (string?)version.Id))]);
        if (!(await client.SendAsync(server, FederationRequest.Get(target) with { EvenInBackOff = true }, cancellationToken)).TryGet(out var answer, out var failure))
            return failure.ToMatrixError();

        return MemberTemplate.Seal(answer.Body, roomId, userId, content.Span, identity, time.GetUtcNow().ToUnixTimeMilliseconds()) is { } template
            ? template
            : UselessAnswer.From(server);
    }
}
