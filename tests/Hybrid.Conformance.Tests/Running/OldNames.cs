using Hybrid.Conformance.Tests.Table;

namespace Hybrid.Conformance.Tests.Running;

/// <summary>The names under which released clients still ask for operations: they must answer as the stable ones do.</summary>
static class OldNames
{
    const string Unstable = "/_matrix/client/unstable";

    static readonly Dictionary<string, string> OfProposals = new(StringComparer.Ordinal)
    {
        ["createContent"] = "/_matrix/media/unstable/fi.mau.msc2246/create",
        ["uploadContentToMXC"] = "/_matrix/media/unstable/fi.mau.msc2246/upload/{serverName}/{mediaId}",
        ["getLocalAliases"] = Unstable + "/org.matrix.msc2432/rooms/{roomId}/aliases",
        ["getSpaceHierarchy"] = Unstable + "/org.matrix.msc2946/rooms/{roomId}/hierarchy",
        ["getEventByTimestamp"] = Unstable + "/org.matrix.msc3030/rooms/{roomId}/timestamp_to_event",
        ["getThreadRoots"] = Unstable + "/org.matrix.msc3856/rooms/{roomId}/threads",
        ["registrationTokenValidity"] = Unstable + "/org.matrix.msc3231/register/org.matrix.msc3231.login.registration_token/validity",
        ["generateLoginToken"] = Unstable + "/org.matrix.msc3882/login/get_token",
        ["getContentAuthed"] = Unstable + "/org.matrix.msc3916/media/download/{serverName}/{mediaId}",
        ["getContentThumbnailAuthed"] = Unstable + "/org.matrix.msc3916/media/thumbnail/{serverName}/{mediaId}",
        ["getConfigAuthed"] = Unstable + "/org.matrix.msc3916/media/config",
        ["getRoomSummary"] = Unstable + "/im.nheko.summary/summary/{roomIdOrAlias}",
        ["knockRoom"] = Unstable + "/xyz.amorgan.knock/knock/{roomIdOrAlias}",
        ["getRelatingEvents"] = Unstable + "/rooms/{roomId}/relations/{eventId}",
        ["getRelatingEventsWithRelType"] = Unstable + "/rooms/{roomId}/relations/{eventId}/{relType}",
        ["getRelatingEventsWithRelTypeAndEventType"] = Unstable + "/rooms/{roomId}/relations/{eventId}/{relType}/{eventType}",
    };

    /// <summary>The paths, each with what to call it on the page.</summary>
    public static IEnumerable<(string Label, string Path)> Of(Operation operation)
    {
        var path = operation.Path;
        var isClient = path.StartsWith("/_matrix/client/v3/", StringComparison.Ordinal);
        if (isClient || path.StartsWith("/_matrix/media/v3/", StringComparison.Ordinal))
            yield return ("as r0", path.Replace("/v3/", "/r0/", StringComparison.Ordinal));
        if (isClient)
            yield return ("as unstable", path.Replace("/v3/", "/unstable/", StringComparison.Ordinal));
        if (OfProposals.TryGetValue(operation.Id, out var name))
            yield return ("under its unstable name", name);
    }
}
