using System.Text.RegularExpressions;

namespace Hybrid.Conformance.Tests.Table;

/// <summary>What it is that a request can be refused for.</summary>
public enum Subject
{
    /// <summary>Who asks: not everyone may.</summary>
    Caller,
    Room,
    User,
    Event,
    Device,
    Media,
    Server,
    Alias,
    Backup,
    Session,
    Filter,
    RuleKind,
    Rule,
    Receipt,
    Field,
    Service,
    Protocol,
    Provider,
    Token,
}

/// <summary>Where in a request the subject is named.</summary>
/// <param name="Name">The parameter of the path or the query; null: the field of the body.</param>
/// <param name="IsQuery">It is a parameter of the query.</param>
/// <param name="Field">The field of the body.</param>
public sealed record Place(string? Name, bool IsQuery = false, BodyField? Field = null);

/// <summary>Which parameters and fields name what, and in which situations each is asked about.</summary>
public static partial class Subjects
{
    /// <summary>Parameters of paths that take whatever the client likes.</summary>
    static readonly HashSet<string> Free = new(StringComparer.Ordinal) { "txnId", "type", "tag", "relType", "eventType", "stateKey", "fileName", "networkId" };

    static readonly Dictionary<string, Subject[]> OfPaths = new(StringComparer.Ordinal)
    {
        ["roomId"] = [Subject.Room],
        ["roomIdOrAlias"] = [Subject.Room, Subject.Alias],
        ["roomAlias"] = [Subject.Alias],
        ["userId"] = [Subject.User],
        ["eventId"] = [Subject.Event],
        ["deviceId"] = [Subject.Device],
        ["mediaId"] = [Subject.Media],
        ["serverName"] = [Subject.Server],
        ["version"] = [Subject.Backup],
        ["sessionId"] = [Subject.Session],
        ["filterId"] = [Subject.Filter],
        ["kind"] = [Subject.RuleKind],
        ["ruleId"] = [Subject.Rule],
        ["receiptType"] = [Subject.Receipt],
        ["keyName"] = [Subject.Field],
        ["appserviceId"] = [Subject.Service],
        ["protocol"] = [Subject.Protocol],
        ["idpId"] = [Subject.Provider],
    };

    static readonly Dictionary<string, Subject> OfQueries = new(StringComparer.Ordinal)
    {
        ["room_id"] = Subject.Room,
        ["user_id"] = Subject.User,
        ["userid"] = Subject.User,
        ["alias"] = Subject.Alias,
        ["server"] = Subject.Server,
        ["version"] = Subject.Backup,
        ["filter"] = Subject.Filter,
        ["from"] = Subject.Token,
        ["to"] = Subject.Token,
        ["since"] = Subject.Token,
        ["next_batch"] = Subject.Token,
        ["at"] = Subject.Token,
        ["before"] = Subject.Rule,
        ["after"] = Subject.Rule,
    };

    static readonly Dictionary<(string Name, FieldShape Shape), Subject> OfBodies = new()
    {
        [("user_id", FieldShape.Value)] = Subject.User,
        [("device_keys", FieldShape.Map)] = Subject.User,
        [("one_time_keys", FieldShape.Map)] = Subject.User,
        [("messages", FieldShape.Map)] = Subject.User,
        [("invite", FieldShape.List)] = Subject.User,
        [("additional_creators", FieldShape.List)] = Subject.User,
        [("senders", FieldShape.List)] = Subject.User,
        [("room_id", FieldShape.Value)] = Subject.Room,
        [("rooms", FieldShape.List)] = Subject.Room,
        [("rooms", FieldShape.Map)] = Subject.Room,
        [("device_id", FieldShape.Value)] = Subject.Device,
        [("devices", FieldShape.List)] = Subject.Device,
        [("m.fully_read", FieldShape.Value)] = Subject.Event,
        [("m.read", FieldShape.Value)] = Subject.Event,
        [("m.read.private", FieldShape.Value)] = Subject.Event,
        [("since", FieldShape.Value)] = Subject.Token,
    };

    /// <summary>The situations in which a subject is asked about, in the order of the table's expectations.</summary>
    public static IReadOnlyList<string> Situations(Subject subject) => subject switch
    {
        Subject.Caller => ["wrong"],
        Subject.Room => ["unknown", "malformed", "hidden", "left", "banned"],
        Subject.User => ["another's", "unknown", "elsewhere", "malformed"],
        Subject.Event => ["unknown", "malformed", "hidden"],
        Subject.Device => ["unknown", "another's"],
        Subject.Alias => ["unknown", "elsewhere", "malformed"],
        Subject.Media or Subject.Backup or Subject.Filter => ["unknown", "malformed"],
        Subject.Server => ["elsewhere", "malformed"],
        Subject.Field => ["too long"],
        Subject.Token => ["malformed"],
        _ => ["unknown"],
    };

    /// <summary>What an operation names, each with all the places where it does.</summary>
    public static IReadOnlyDictionary<Subject, IReadOnlyList<Place>> Of(Operation operation)
    {
        var found = new SortedDictionary<Subject, List<Place>>();
        foreach (Match parameter in Parameter().Matches(operation.Path))
        {
            var name = parameter.Groups[1].Value;
            if (Free.Contains(name))
                continue;

            foreach (var subject in OfPaths.GetValueOrDefault(name) ?? throw new InvalidDataException($"What does the parameter {name} of {operation.Id} name?"))
                Add(subject, new Place(name));
        }

        foreach (var name in operation.RequiredQuery.Concat(operation.OptionalQuery))
        {
            if (OfQueries.TryGetValue(name, out var subject))
                Add(subject, new Place(name, IsQuery: true));
        }

        foreach (var field in operation.Request?.AllFields ?? [])
        {
            if (OfBodies.TryGetValue((field.Path[^1], field.Shape), out var subject))
                Add(subject, new Place(null, Field: field));
        }

        if (operation.Auth == OperationAuth.ApplicationService || operation.Path.Contains("/admin/lock", StringComparison.Ordinal) || operation.Path.Contains("/admin/suspend", StringComparison.Ordinal))
            Add(Subject.Caller, new Place(null));
        return found.ToDictionary(static entry => entry.Key, static entry => (IReadOnlyList<Place>)entry.Value);

        void Add(Subject subject, Place place)
        {
            if (!found.TryGetValue(subject, out var places))
                found.Add(subject, places = []);
            places.Add(place);
        }
    }

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex Parameter();
}
