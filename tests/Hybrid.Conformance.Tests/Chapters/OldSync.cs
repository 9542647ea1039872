using Hybrid.Conformance.Tests.Running;

namespace Hybrid.Conformance.Tests.Chapters;

/// <summary>What <c>/sync</c> took the place of, and previews of rooms.</summary>
static class OldSync
{
    public static Examples AddOldSync(this Examples examples) => examples
        .Add("initialSync", static _ => new Call { Query = "limit=5" })
        .Add("roomInitialSync")
        .Add("getEvents", static story => new Call { Query = $"from={story.Since}&timeout=0" })
        .Add("peekEvents", static story => new Call { Query = $"from={story.Since}&timeout=0&room_id={Uri.EscapeDataString(story.Room)}" })
        .Add("getOneEvent")
        .Add("getOneEvent", static _ => new Call { Path = [("eventId", "$none")], Status = 404 });
}
