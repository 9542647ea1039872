using System.Text.Json;
using Hybrid.Federation.Requests;
using Hybrid.Primitives;
using Hybrid.Rooms.Directory;

namespace Hybrid.Federation.Remote;

/// <summary>Rooms and spaces that other servers are in (server-server API, "Spaces"), kept for some minutes.</summary>
sealed class RemoteSpaces(PeerQuestions peers, TimeProvider time) : IRemoteSpaces
{
    const int MaxAnswerBytes = 4 << 20;
    const int MaxServers = 3;

    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    // Who is asked belongs to the question: the servers that a user names must not decide what others are told.
    readonly AnswerCache<(ServerName Server, RoomId RoomId, bool SuggestedOnly), RemoteSpace> _cache =
        new(time, TimeSpan.FromMinutes(5), TimeSpan.FromSeconds(30), 2000);

    public async ValueTask<RemoteSpace?> FindAsync(RoomId roomId, bool suggestedOnly, IReadOnlyList<ServerName> servers, CancellationToken cancellationToken)
    {
        foreach (var server in servers.Take(MaxServers))
        {
            var asked = await _cache.GetAsync((server, roomId, suggestedOnly), () => AskAsync(server, roomId, suggestedOnly), cancellationToken);
            if (asked.TryGet(out var space, out _))
                return space;
        }

        return null;
    }

    async Task<Result<RemoteSpace>> AskAsync(ServerName server, RoomId roomId, bool suggestedOnly)
    {
        var target = FederationPath.WithQuery(FederationPath.Of("federation/v1/hierarchy", roomId.Value), ("suggested_only", suggestedOnly ? "true" : "false"));
        var request = FederationRequest.Get(target) with { Timeout = Timeout, MaxAnswerBytes = MaxAnswerBytes };
        var asked = await peers.AskAsync(server, request, answer => Read(answer, roomId, suggestedOnly), CancellationToken.None);
        return asked.TryGet(out var space, out var failure) ? space : failure.ToMatrixError();
    }

    // Of rooms that are no children of the one asked for, the server is not asked.
    static RemoteSpace? Read(JsonElement answer, RoomId roomId, bool suggestedOnly)
    {
        if (!answer.TryGetProperty("room", out var room) || RemoteSummary.Read(room) is not { } summary || summary.RoomId != roomId)
            return null;

        var children = RemoteSummary.ReadChildren(room, suggestedOnly);
        var known = children.Select(static child => child.RoomId).ToHashSet();
        var told = new Dictionary<RoomId, RoomSummary?>();
        foreach (var child in answer.Items("children").Select(RemoteSummary.Read).OfType<RoomSummary>())
        {
            if (known.Contains(child.RoomId))
                told.TryAdd(child.RoomId, child);
        }

        foreach (var closed in answer.Identifiers<RoomId>("inaccessible_children"))
        {
            if (known.Contains(closed))
                told.TryAdd(closed, null);
        }

        return new RemoteSpace(new SpaceRoom(summary, children), told);
    }
}
