using Hybrid.Conformance.Tests.Running;

namespace Hybrid.Conformance.Tests.Chapters;

/// <summary>What a server says of itself, and what its administrators do.</summary>
static class Administration
{
    public static Examples AddAdministration(this Examples examples) => examples
        .Add("getVersions")
        .Add("getCapabilities")
        .Add("getWellknown")
        .Add("getWellknownSupport", static _ => new Call { Status = 404 })
        .Add("getWellknownPolicy", static _ => new Call { Status = 404 })
        .Add("getTurnServer")
        .Add("getWhoIs")
        .Add("getWhoIs", static story => new Call { As = story.Admin, Path = [("userId", story.Bob.UserId.Value)] })
        .Add("getAdminLockUser", AsAdministrator)
        .Add("getAdminLockUser", static _ => new Call { Status = 403 })
        .Add("setAdminLockUser", static story => AsAdministrator(story) with { Body = """{"locked":false}""" })
        .Add("setAdminLockUser", static _ => new Call { Body = """{"locked":false}""", Status = 403 })
        .Add("getAdminSuspendUser", AsAdministrator)
        .Add("getAdminSuspendUser", static story => AsAdministrator(story) with { Path = [("userId", "@none:test.local")], Status = 404 })
        .Add("setAdminSuspendUser", static story => AsAdministrator(story) with { Body = """{"suspended":false}""" })
        .Add("setAdminSuspendUser", static _ => new Call { Body = """{"suspended":false}""", Status = 403 });

    static Call AsAdministrator(Story story) => new() { As = story.Admin, Path = [("userId", story.Bob.UserId.Value)] };
}
