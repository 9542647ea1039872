using System.Text.Json.Nodes;

namespace Hybrid.Conformance.Tests.Table;

/// <summary>Who may call an operation.</summary>
public enum OperationAuth
{
    /// <summary>Anyone.</summary>
    None,

    /// <summary>Anyone; those who send a token are known.</summary>
    Optional,

    /// <summary>Users.</summary>
    User,

    /// <summary>Application services.</summary>
    ApplicationService,

    /// <summary>Other servers.</summary>
    Server,
}

/// <summary>What the specification says about one operation.</summary>
public sealed record Operation(string Id, string Method, string Path, string Chapter, OperationAuth Auth)
{
    /// <summary>What the body of the request is; null: there is none, or it is no JSON.</summary>
    public Schema? Request { get; init; }

    /// <summary>The parameters of the query that must be there.</summary>
    public IReadOnlyList<string> RequiredQuery { get; init; } = [];

    /// <summary>The parameters of the query that may be there.</summary>
    public IReadOnlyList<string> OptionalQuery { get; init; } = [];

    /// <summary>Statuses with the schema of their JSON; null: there is none.</summary>
    public required IReadOnlyDictionary<int, Schema?> Responses { get; init; }

    /// <summary>The version that added it, such as <c>v1.7</c>; null: it is older than the versions, or the specification does not say.</summary>
    public string? Added { get; init; }

    public bool IsDeprecated { get; init; }

    /// <summary>The specification limits how often it is asked.</summary>
    public bool IsLimited { get; init; }
}

/// <summary>Every operation of an API.</summary>
public sealed class OperationTable
{
    OperationTable(string specification, IReadOnlyList<Operation> operations) => (Specification, Operations) = (specification, operations);

    /// <summary>The version of the specification.</summary>
    public string Specification { get; }

    public IReadOnlyList<Operation> Operations { get; }

    /// <summary>The client-server API.</summary>
    public static OperationTable Load() => Load("operations.json");

    /// <summary>The server-server API.</summary>
    public static OperationTable LoadOfServers() => Load("server-operations.json");

    static OperationTable Load(string resource)
    {
        using var stream = typeof(OperationTable).Assembly.GetManifestResourceStream(resource)!;
        var root = JsonNode.Parse(stream)!.AsObject();
        var definitions = root["definitions"]!.AsObject();
        return new OperationTable((string)root["specification"]!, [.. root["operations"]!.AsArray().Select(fact => Read(fact!.AsObject(), definitions))]);
    }

    static Operation Read(JsonObject fact, JsonObject definitions) =>
        new((string)fact["id"]!, (string)fact["method"]!, (string)fact["path"]!, (string)fact["chapter"]!, Auth((string)fact["auth"]!))
        {
            Request = fact["request"] is { } request && IsJson(request) ? new Schema(request, definitions) : null,
            // The specification has two operations of this path, told apart by a parameter that the other one does not have.
            RequiredQuery = (string?)fact["id"] == "peekEvents" ? [] : [.. Query(fact).Where(static name => name.EndsWith('!')).Select(static name => name[..^1])],
            OptionalQuery = [.. Query(fact).Where(static name => !name.EndsWith('!'))],
            Responses = fact["responses"]!.AsObject().ToDictionary(
                static entry => int.Parse(entry.Key, System.Globalization.CultureInfo.InvariantCulture),
                entry => IsJson(entry.Value) ? new Schema(entry.Value, definitions) : null),
            Added = (string?)fact["added"],
            IsDeprecated = (bool?)fact["deprecated"] ?? false,
            IsLimited = (bool?)fact["limited"] ?? false,
        };

    static IEnumerable<string> Query(JsonObject fact) => fact["query"] is JsonArray query ? query.Select(static name => (string)name!) : [];

    // Other kinds of content stand in the table as their media type.
    static bool IsJson(JsonNode? body) => body is JsonObject || (body is not null && !((string)body!).Contains('/', StringComparison.Ordinal));

    static OperationAuth Auth(string name) => name switch
    {
        "none" => OperationAuth.None,
        "optional" => OperationAuth.Optional,
        "user" => OperationAuth.User,
        "appservice" => OperationAuth.ApplicationService,
        "server" => OperationAuth.Server,
        _ => throw new InvalidDataException($"The table has an auth that is none: {name}"),
    };
}
