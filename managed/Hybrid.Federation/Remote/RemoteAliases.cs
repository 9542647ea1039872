using System.Text.Json;
using Hybrid.Federation.Requests;
using Hybrid.Primitives;
using Hybrid.Rooms.Aliases;

namespace Hybrid.Federation.Remote;

/// <summary>Aliases of other servers (server-server API, "Querying for information"). What is found is not kept: an alias that was taken away must not lead on.</summary>
sealed class RemoteAliases(PeerQuestions peers, TimeProvider time) : IRemoteAliases
{
    const int MaxAnswerBytes = 1 << 20;
    const int MaxServers = 500;

    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    readonly AnswerCache<RoomAlias, ResolvedAlias> _cache = new(time, TimeSpan.Zero, TimeSpan.FromSeconds(10), 10_000);

    public ValueTask<Result<ResolvedAlias>> ResolveAsync(RoomAlias alias, CancellationToken cancellationToken) =>
        _cache.GetAsync(alias, () => AskAsync(alias), cancellationToken);

    async Task<Result<ResolvedAlias>> AskAsync(RoomAlias alias)
    {
        var target = FederationPath.WithQuery(FederationPath.Of("federation/v1/query/directory"), ("room_alias", alias.Value));
        var request = FederationRequest.Get(target) with { Timeout = Timeout, MaxAnswerBytes = MaxAnswerBytes, EvenInBackOff = true };
        var asked = await peers.AskAsync(alias.Server, request, answer => Read(answer, alias.Server), CancellationToken.None);
        return asked.TryGet(out var found, out var failure) ? found : failure.ToMatrixError();
    }

    // The server that knows the alias is the one to join through when it names no others.
    static ResolvedAlias? Read(JsonElement answer, ServerName owner)
    {
        if (answer.Identifier<RoomId>("room_id") is not { } roomId)
            return null;

        ServerName[] servers = [.. answer.Identifiers<ServerName>("servers").Distinct().Take(MaxServers)];
        return new ResolvedAlias(roomId, servers.Length > 0 ? servers : [owner]);
    }
}
