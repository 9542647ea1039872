using Hybrid.Primitives;

namespace Hybrid.Federation.Joins;

/// <summary>A room as another server tells it, in answer to a join or to <c>/state</c>; nothing of it is checked.</summary>
sealed class ToldRoom
{
    /// <summary>The state, without members where <see cref="MembersOmitted"/>.</summary>
    public List<ToldEvent> State { get; } = [];

    /// <summary>What authorizes it.</summary>
    public List<ToldEvent> AuthChain { get; } = [];

    /// <summary>The join as it came back; null when it did not.</summary>
    public ReadOnlyMemory<byte>? Event { get; set; }

    /// <summary>Whether members were left out of the state (MSC3706).</summary>
    public bool MembersOmitted { get; set; }

    /// <summary>The servers in the room, as far as they are named.</summary>
    public List<ServerName> Servers { get; } = [];
}
