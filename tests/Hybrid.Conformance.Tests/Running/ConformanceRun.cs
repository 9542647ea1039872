using Hybrid.ClientApi.Tests.Hosting;
using Hybrid.Conformance.Tests.Chapters;
using Hybrid.Conformance.Tests.Table;
using Xunit;

namespace Hybrid.Conformance.Tests.Running;

/// <summary>How an operation did.</summary>
/// <param name="Operation">The operation.</param>
/// <param name="Checks">How many checks were made.</param>
/// <param name="Problem">The first problem; null: it is as the specification has it.</param>
public sealed record OperationVerdict(Operation Operation, int Checks, string? Problem)
{
    public bool IsGreen => Problem is null;
}

/// <summary>Every operation, asked of one server; xUnit makes the run once for all tests that look at it.</summary>
public sealed class ConformanceRun : IAsyncLifetime
{
    TestServer? _server;
    ExampleService? _service;

    public OperationTable Table { get; } = OperationTable.Load();

    internal RefusalTable Refusals { get; } = RefusalTable.Load();

    internal Examples Examples { get; } = AllChapters.Examples();

    /// <summary>One verdict for each operation, in the table's order.</summary>
    public IReadOnlyList<OperationVerdict> Verdicts { get; private set; } = [];

    /// <summary>What <c>/versions</c> says.</summary>
    public IReadOnlyList<string> Advertised { get; private set; } = [];

    public async Task InitializeAsync()
    {
        _service = await ExampleService.StartAsync();
        _server = await TestServer.StartAsync(_service.Configure);
        using var handler = new SocketsHttpHandler { AllowAutoRedirect = false };
        using var http = new HttpClient(handler) { BaseAddress = _server.Http.BaseAddress };
        var story = await Story.BeginAsync(_server, _service);
        var verdicts = new List<OperationVerdict>();
        foreach (var operation in Table.Operations)
            verdicts.Add(await new OperationRun(operation, Examples, Refusals, story, http).RunAsync());
        Verdicts = verdicts;
        Advertised = [.. (await story.Alice.GetAsync("/_matrix/client/versions")).Ok["versions"]!.AsArray().Select(static version => (string)version!)];
    }

    public async Task DisposeAsync()
    {
        if (_server is not null)
            await ((IAsyncLifetime)_server).DisposeAsync();
        if (_service is not null)
            await _service.DisposeAsync();
    }
}
