using Hybrid.Conformance.Tests.Running;

namespace Hybrid.Conformance.Tests.Chapters;

/// <summary>What application services ask, and the networks that they lead to.</summary>
static class ApplicationServices
{
    public static Examples AddApplicationServices(this Examples examples) => examples
        .Add("pingAppservice", static _ => new Call { Body = """{"transaction_id":"ping"}""" })
        .Add("pingAppservice", static story => new Call { As = story.Alice, Body = "{}", Status = 403 })
        .Add("updateAppserviceRoomDirectoryVisibility", static _ => new Call { Body = """{"visibility":"public"}""" })
        .Add("getProtocols")
        .Add("getProtocolMetadata")
        .Add("getProtocolMetadata", static _ => new Call { Path = [("protocol", "none")], Status = 404 })
        .Add("queryLocationByAlias", static _ => new Call { Query = "alias=%23_echo_hall%3Atest.local" })
        .Add("queryLocationByProtocol", static _ => new Call { Query = "name=hall" })
        .Add("queryUserByID", static _ => new Call { Query = "userid=%40_echo_ann%3Atest.local" })
        .Add("queryUserByProtocol", static _ => new Call { Query = "name=ann" });
}
