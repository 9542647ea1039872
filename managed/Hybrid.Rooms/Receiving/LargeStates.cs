namespace Hybrid.Rooms.Receiving;

/// <summary>
/// Collects the garbage that a large state leaves behind at each step of its way into a room. It is several times the size of what stays, is too old for
/// cheap collections by then, and would add up (measured by Hybrid.FederationBench).
/// </summary>
public static class LargeStates
{
    const int ManyEvents = 20_000;

    /// <summary>Collects, if the state is large.</summary>
    /// <param name="events">How many events it has.</param>
    public static void CollectGarbage(int events)
    {
        if (events > ManyEvents)
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }
}
