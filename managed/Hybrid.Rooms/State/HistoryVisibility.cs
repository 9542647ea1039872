namespace Hybrid.Rooms.State;

/// <summary>Who may read what was said in a room (specification, "Room history visibility"); <see cref="Shared"/> where nothing valid is set.</summary>
public enum HistoryVisibility
{
    /// <summary>Members, back to the beginning.</summary>
    Shared,

    /// <summary>Members, from when they were invited.</summary>
    Invited,

    /// <summary>Members, from when they joined.</summary>
    Joined,

    /// <summary>Everyone.</summary>
    WorldReadable,
}
