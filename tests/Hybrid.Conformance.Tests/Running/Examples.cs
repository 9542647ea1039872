namespace Hybrid.Conformance.Tests.Running;

/// <summary>
/// Valid requests for each operation. Each is made anew for every check, so that one that ends something, such as a logout, brings
/// what it ends.
/// </summary>
sealed class Examples
{
    readonly Dictionary<string, List<Func<Story, Task<Call>>>> _calls = new(StringComparer.Ordinal);

    /// <summary>The operations that have an example.</summary>
    public IReadOnlyCollection<string> Operations => _calls.Keys;

    /// <summary>The examples of an operation; none when there is nothing to ask.</summary>
    public IReadOnlyList<Func<Story, Task<Call>>> Of(string operation) => _calls.GetValueOrDefault(operation) ?? [];

    /// <summary>A request with the story's own path parameters and nothing else.</summary>
    public Examples Add(string operation) => Add(operation, static _ => Task.FromResult(new Call()));

    /// <summary>A request that needs nothing prepared.</summary>
    public Examples Add(string operation, Func<Story, Call> call) => Add(operation, story => Task.FromResult(call(story)));

    /// <summary>A request that prepares what it needs.</summary>
    public Examples Add(string operation, Func<Story, Task<Call>> call)
    {
        if (!_calls.TryGetValue(operation, out var calls))
            _calls.Add(operation, calls = []);
        calls.Add(call);
        return this;
    }
}
