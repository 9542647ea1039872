using System.Text.Json.Nodes;
using Hybrid.Conformance.Tests.Table;

namespace Hybrid.Conformance.Tests.Peers;

/// <summary>What a request between servers is about; what it names differs from one check to the next.</summary>
sealed record PeerTarget
{
    public required string Room { get; init; }

    /// <summary>An event of <see cref="Room"/>.</summary>
    public required string Event { get; init; }

    public required string User { get; init; }

    public required string Alias { get; init; }

    public required string Media { get; init; }

    /// <summary>The ID in the path of an event that is sent; null: its own.</summary>
    public string? SentAs { get; init; }

    /// <summary>An OpenID token; null: one of its user.</summary>
    public string? Token { get; init; }
}

/// <summary>A request of an operation between servers.</summary>
sealed record PeerCall
{
    /// <summary>Path parameters that differ from what the target says.</summary>
    public (string Name, string Value)[] Path { get; init; } = [];

    /// <summary>The query without its question mark.</summary>
    public string Query { get; init; } = "";

    /// <summary>A JSON body; null: none.</summary>
    public JsonObject? Body { get; init; }

    /// <summary>The status that the answer is to have.</summary>
    public int Status { get; init; } = 200;
}

/// <summary>How a request proves which server it comes from.</summary>
enum PeerSignature
{
    Valid,

    /// <summary>No <c>X-Matrix</c> header at all.</summary>
    Missing,

    /// <summary>A good signature of a request to another server.</summary>
    OtherDestination,

    /// <summary>The signature is one of another request.</summary>
    Wrong,

    /// <summary>Another server's name, which cannot be asked for its keys, over a good signature.</summary>
    OtherOrigin,

    /// <summary>The name of the server that is asked, over a good signature.</summary>
    ItsOwnName,
}

/// <summary>What came back.</summary>
sealed record PeerAnswer(int Status, string? ContentType, JsonNode? Json, string Text)
{
    /// <summary>The status, and the errcode where it is an error.</summary>
    public string Outcome => Status < 400 ? $"{Status}" : $"{Status} {(Json as JsonObject)?["errcode"]}";
}

/// <summary>A valid request for each operation, made anew for every check.</summary>
sealed class PeerExamples
{
    readonly Dictionary<string, Func<PeerStory, PeerTarget, Task<PeerCall>>> _calls = new(StringComparer.Ordinal);

    public IReadOnlyCollection<string> Operations => _calls.Keys;

    public Func<PeerStory, PeerTarget, Task<PeerCall>>? Of(Operation operation) => _calls.GetValueOrDefault(operation.Id);

    public PeerExamples Add(string operation, Func<PeerStory, PeerTarget, PeerCall> call) => Add(operation, (story, target) => Task.FromResult(call(story, target)));

    public PeerExamples Add(string operation, Func<PeerStory, PeerTarget, Task<PeerCall>> call)
    {
        _calls.Add(operation, call);
        return this;
    }
}
