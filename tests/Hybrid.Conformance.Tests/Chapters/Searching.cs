using Hybrid.Conformance.Tests.Running;

namespace Hybrid.Conformance.Tests.Chapters;

/// <summary>Search for messages and people.</summary>
static class Searching
{
    public static Examples AddSearching(this Examples examples) => examples
        .Add("search", static _ => new Call
        {
            Body = """{"search_categories":{"room_events":{"search_term":"root","order_by":"recent","event_context":{"include_profile":true},"groupings":{"group_by":[{"key":"room_id"}]}}}}""",
        })
        .Add("searchUserDirectory", static _ => new Call { Body = """{"search_term":"bob","limit":5}""" });
}
