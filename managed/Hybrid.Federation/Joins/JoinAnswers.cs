using Hybrid.Federation.Events;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Rooms.Receiving;
using Hybrid.Rooms.State;
using Hybrid.Storage.Rooms;

namespace Hybrid.Federation.Joins;

/// <summary>The room as a server that has just joined it is told.</summary>
/// <param name="Origin">Who tells it.</param>
/// <param name="Event">The join.</param>
/// <param name="State">The state before it.</param>
/// <param name="AuthChain">What authorizes the state and the join.</param>
/// <param name="MembersOmitted">Whether members are left out of the state that nothing there needs.</param>
/// <param name="Servers">The servers in the room before the join.</param>
public sealed record JoinAnswer(
    ServerName Origin, StoredEvent Event, IReadOnlyCollection<StoredEvent> State, IReadOnlyCollection<StoredEvent> AuthChain, bool MembersOmitted,
    IReadOnlyCollection<ServerName> Servers);

/// <summary>Reads the answers to joins (server-server API, <c>send_join</c>; without members: MSC3706).</summary>
public sealed class JoinAnswers(RoomStates states, AuthChains chains, ServerIdentity identity)
{
    const int ManyMembers = 100;

    /// <summary>The answer to a join.</summary>
    /// <param name="taken">The join.</param>
    /// <param name="omitMembers">Whether the other server can do without most members for now; those of a small room it is told all the same.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async ValueTask<JoinAnswer> ReadAsync(TakenMembership taken, bool omitMembers, CancellationToken cancellationToken)
    {
        List<StoredEvent> state = [.. await states.ReadBeforeAsync(taken.Room.Current, taken.Member, cancellationToken)];
        HashSet<ServerName> servers =
        [
            .. state.Where(static entry => entry.Membership == "join").Select(static entry => UserId.TryParse(entry.StateKey, out var user) ? user.Server : default)
                .Where(static server => server != default),
        ];

        // What the members of a small room take is less than asking for them again.
        omitMembers = omitMembers && state.Count(static entry => entry.Type == "m.room.member") > ManyMembers;
        if (omitMembers)
            state = Without(state, taken.Member);

        var chain = await chains.ReadAsync([.. state, taken.Member], cancellationToken);

        // What is in the state need not come twice.
        var shown = state.Select(static entry => entry.EventId).ToHashSet();
        return new JoinAnswer(
            identity.Name, taken.Member, state, [.. chain.Where(entry => !shown.Contains(entry.EventId) || !omitMembers)], omitMembers, servers);
    }

    // Kept are the members that clients name a room without a name after, and those that the join itself names.
    static List<StoredEvent> Without(List<StoredEvent> state, StoredEvent join)
    {
        const int Heroes = 6;
        var named = GraphLinks.Read(join.Json.Span).AuthEvents.ToHashSet();
        var heroes = 0;
        return
        [
            .. state.OrderBy(static entry => entry.OriginServerTs).Where(entry =>
                entry.Type != "m.room.member" || named.Contains(entry.EventId) || (entry.Membership is "join" or "invite" && heroes++ < Heroes)),
        ];
    }
}
