using Hybrid.Storage.Rooms;

namespace Hybrid.Rooms.Timeline;

/// <summary>One user's memberships in one room over the log.</summary>
readonly struct MembershipTrack(IReadOnlyList<MembershipRecord> history)
{
    /// <summary>The membership just after a position; <c>leave</c> before there was any.</summary>
    public string At(long position)
    {
        var low = 0;
        var high = history.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (history[middle].Position <= position)
                low = middle + 1;
            else
                high = middle;
        }

        return low == 0 ? "leave" : history[low - 1].Membership;
    }

    /// <summary>The position of the last change to <c>join</c>; before all positions when there was none.</summary>
    public long LastJoin()
    {
        for (var i = history.Count - 1; i >= 0; i--)
        {
            if (history[i].Membership == "join")
                return history[i].Position;
        }

        return long.MinValue;
    }
}
