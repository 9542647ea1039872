using Hybrid.ClientApi.Tests.Hosting;

namespace Hybrid.Conformance.Tests.Running;

/// <summary>A request of an operation that is to succeed.</summary>
sealed record Call
{
    /// <summary>Who sends it; null: Alice where the operation wants a user, the application service where it wants one, else no one.</summary>
    public TestUser? As { get; init; }

    /// <summary>Path parameters that differ from <see cref="Story.Parameter"/>.</summary>
    public (string Name, string Value)[] Path { get; init; } = [];

    /// <summary>The query without its question mark.</summary>
    public string Query { get; init; } = "";

    /// <summary>A JSON body; null: none.</summary>
    public string? Body { get; init; }

    /// <summary>A body that is not JSON, with its type.</summary>
    public (byte[] Bytes, string Type)? Content { get; init; }

    /// <summary>The status that the answer is to have.</summary>
    public int Status { get; init; } = 200;

    /// <summary>The specification names the status in its prose, and not where it lists the operation's answers.</summary>
    public bool StatusIsOfTheProse { get; init; }
}
