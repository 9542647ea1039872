using System.Text.RegularExpressions;
using Hybrid.Conformance.Tests.Table;

namespace Hybrid.Conformance.Tests.Peers;

/// <summary>In what situations another server is to be refused, by what an operation names.</summary>
static partial class PeerSituations
{
    public const string NotIn = "not in the room";
    public const string Left = "left the room";
    public const string Denied = "denied by the room";

    static readonly string[] OfRooms = ["unknown room", NotIn, Left, Denied, "malformed room"];
    static readonly string[] OfEvents = ["unknown event", "malformed event"];
    static readonly string[] OfUsers = ["unknown user", "another server's user", "malformed user"];

    /// <summary>The situations of an operation, in the order of the table.</summary>
    public static IReadOnlyList<string> Of(Operation operation) =>
    [
        .. Parameters().Matches(operation.Path).Select(static match => match.Groups[1].Value).Concat(operation.RequiredQuery).SelectMany(name => name switch
        {
            // Who invites is in a room, and whoever is invited need not be.
            "roomId" when operation.Id == "sendInviteV1" => ["unknown room", "malformed room"],
            "roomId" when operation.Id == "sendInviteV2" => ["unknown room", Denied, "malformed room"],
            "roomId" => OfRooms,

            // Where the event comes with the request, its ID follows from it.
            "eventId" when operation.Request is not null => ["another event's ID"],
            "eventId" or "event_id" => operation.Path.Contains("{roomId}", StringComparison.Ordinal) ? OfEvents : [.. OfEvents, NotIn, Left, Denied],
            "v" => OfEvents,
            "userId" or "user_id" => OfUsers,
            "room_alias" => ["unknown alias", "another server's alias", "malformed alias"],
            "mediaId" => ["unknown media", "malformed media"],
            "access_token" => ["no token", "unknown token"],
            "queryType" or "serverName" or "txnId" or "limit" or "ts" or "dir" or "ver" or "width" or "height" => [],
            _ => throw new InvalidDataException($"What does the parameter {name} of {operation.Id} name?"),
        }),
    ];

    /// <summary>What a request is about in a situation.</summary>
    public static async Task<PeerTarget> TargetAsync(PeerStory story, string situation)
    {
        var (usual, here, elsewhere) = (story.Usual, story.Asked.Name, "localhost:1");
        return situation switch
        {
            NotIn or Left or Denied => await story.ForeignRoomAsync(situation),
            "unknown room" => usual with { Room = $"!{story.NewName("none")}:{here}" },
            "malformed room" => usual with { Room = "nonsense" },
            "unknown event" => usual with { Event = "$" + new string('n', 43) },
            "another event's ID" => usual with { SentAs = "$" + new string('n', 43) },
            "no token" => usual with { Token = "" },
            "unknown token" => usual with { Token = "none" },
            "malformed event" => usual with { Event = "nonsense" },
            "unknown user" => usual with { User = $"@none:{here}" },
            "another server's user" => usual with { User = $"@someone:{elsewhere}" },
            "malformed user" => usual with { User = "nonsense" },
            "unknown alias" => usual with { Alias = $"#none:{here}" },
            "another server's alias" => usual with { Alias = $"#somewhere:{elsewhere}" },
            "malformed alias" => usual with { Alias = "nonsense" },
            "unknown media" => usual with { Media = new string('n', 24) },
            "malformed media" => usual with { Media = "no media!" },
            _ => throw new InvalidDataException($"There is no situation {situation}."),
        };
    }

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex Parameters();
}
