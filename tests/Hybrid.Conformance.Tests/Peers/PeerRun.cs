using System.Text;
using System.Text.Json.Nodes;
using Hybrid.Conformance.Tests.Running;
using Hybrid.Conformance.Tests.Table;
using Hybrid.Native;
using Hybrid.Tests.Shared;
using Xunit;

namespace Hybrid.Conformance.Tests.Peers;

/// <summary>Every operation of the server-server API, asked of one server in another's name; xUnit makes the run once for all tests that look at it.</summary>
public sealed class PeerRun : IAsyncLifetime
{
    FederatedServers? _servers;

    public OperationTable Table { get; } = OperationTable.LoadOfServers();

    internal PeerRefusalTable Refusals { get; } = PeerRefusalTable.Load();

    internal PeerExamples Examples { get; } = AllPeerExamples.Examples();

    /// <summary>One verdict for each operation, in the table's order.</summary>
    public IReadOnlyList<OperationVerdict> Verdicts { get; private set; } = [];

    public async Task InitializeAsync()
    {
        _servers = await FederatedServers.StartAsync(2, static settings => settings with { PublicRoomsOverFederation = true });
        var asked = _servers[1];
        var list = await PeerStory.RoomAsync(await asked.RegisterAsync("lister"), "{}");
        await asked.StopAsync();
        asked.Configure(settings => settings with { PolicyServerLists = [Primitives.RoomId.Parse(list)], DelegatedServer = settings.ServerName });
        await asked.StartAsync();

        using var story = await PeerStory.BeginAsync(_servers);
        var verdicts = new List<OperationVerdict>();
        foreach (var operation in Table.Operations)
            verdicts.Add(await new PeerOperationRun(operation, Examples.Of(operation), Refusals, story).RunAsync());
        Verdicts = verdicts;
    }

    public async Task DisposeAsync()
    {
        if (_servers is not null)
            await _servers.DisposeAsync();
    }
}

/// <summary>Asks one operation everything that can be asked of it, and notes what is not as the specification has it.</summary>
sealed class PeerOperationRun(Operation operation, Func<PeerStory, PeerTarget, Task<PeerCall>>? example, PeerRefusalTable refusals, PeerStory story)
{
    static readonly string[] EventLists = ["pdus", "auth_chain", "state", "events"];

    readonly PeerRequests _requests = new(story);
    int _checks;
    string? _problem;

    public async Task<OperationVerdict> RunAsync()
    {
        if (example is null)
            return new OperationVerdict(operation, 0, "there is no example of a request");

        await CheckExampleAsync(await MakeAsync());
        if (operation.Auth == OperationAuth.Server)
            await CheckSignaturesAsync();
        await CheckBodiesAsync();
        await CheckQueriesAsync();
        foreach (var (situation, expected) in refusals.Of(operation.Id))
            await CheckRefusalAsync(situation, expected);
        return new OperationVerdict(operation, _checks, _problem);
    }

    Task<PeerCall> MakeAsync() => example!(story, story.Usual);

    Task<PeerAnswer> SendAsync(PeerCall call) => _requests.SendAsync(operation, story.Usual, call);

    async Task CheckExampleAsync(PeerCall call)
    {
        if (operation.Request is { } request)
            Note(request.Check(refusals.Completed(operation.Id, call.Body)) is { } wrong ? $"the example: {wrong}" : null);

        var answer = await SendAsync(call);
        Note(answer.Status == call.Status ? null : $"{answer.Outcome} instead of {call.Status}");
        if (answer.Status != call.Status)
            return;

        if (operation.Responses.GetValueOrDefault(answer.Status) is { } schema)
        {
            Note(answer.ContentType == "application/json" ? null : $"the type is {answer.ContentType}");
            Note(answer.Json is null ? "the body is no JSON" : schema.Check(refusals.Completed(operation.Id, answer.Json)));
            Note(await CheckEventsAsync(answer.Json as JsonObject));
            Note((answer.Json as JsonObject)?["pdus"] is JsonObject taken && taken.Any(static result => result.Value?["error"] is not null) ? "an event is not taken" : null);
        }
        else if (operation.Chapter == "Media")
        {
            Note(answer.ContentType == "multipart/mixed" ? null : $"the type is {answer.ContentType}");
            Note(answer.Text.Contains("application/json", StringComparison.Ordinal) && answer.Text.Contains("image/png", StringComparison.Ordinal)
                ? null
                : "it has no part for its description and one for its bytes");
        }
    }

    // The specification's schemas leave events to the room version.
    async Task<string?> CheckEventsAsync(JsonObject? answer)
    {
        foreach (var name in EventLists)
        {
            foreach (var pdu in answer?[name] as JsonArray ?? [])
            {
                try
                {
                    EventCodec.Open(await story.VersionOfAsync((string?)pdu!["room_id"] ?? story.Usual.Room), Encoding.UTF8.GetBytes(pdu.ToJsonString()));
                }
                catch (NativeException)
                {
                    return $"'{name}' has what is no event";
                }
            }
        }

        return null;
    }

    async Task CheckSignaturesAsync()
    {
        foreach (var signature in Enum.GetValues<PeerSignature>().Where(static signature => signature != PeerSignature.Valid))
            NoteOutcome(signature.ToString(), await _requests.SendAsync(operation, story.Usual, await MakeAsync(), signature), refusals.Of(signature));
    }

    async Task CheckBodiesAsync()
    {
        if (operation.Request is not { } schema)
            return;

        NoteOutcome("half a body", await _requests.SendAsync(operation, story.Usual, await MakeAsync(), rawBody: """{"cut":"""), "400 M_NOT_JSON");
        NoteOutcome("an array", await _requests.SendAsync(operation, story.Usual, await MakeAsync(), rawBody: "[1]"), "400 M_BAD_JSON");
        foreach (var (name, field) in schema.RequiredFields.Where(field => !refusals.DoesWithout(operation.Id, field.Name)))
        {
            var call = await MakeAsync();
            call.Body!.Remove(name);
            NoteBad($"without '{name}'", await SendAsync(call));
            if (field.Refused is { } refused)
            {
                call.Body[name] = refused;
                NoteBad($"with a wrong '{name}'", await SendAsync(call));
            }
        }
    }

    async Task CheckQueriesAsync()
    {
        foreach (var name in operation.RequiredQuery.Where(static name => name != "access_token"))
        {
            var call = await MakeAsync();
            var rest = call.Query.Split('&').Where(part => !part.StartsWith(name + "=", StringComparison.Ordinal));
            NoteBad($"without '{name}'", await SendAsync(call with { Query = string.Join('&', rest) }));
        }
    }

    async Task CheckRefusalAsync(string situation, string expected)
    {
        var target = await PeerSituations.TargetAsync(story, situation);
        var answer = await _requests.SendAsync(operation, target, await example!(story, target));
        NoteOutcome(situation, answer, expected);
        Note(answer.Text.Contains(Outsider.Secret, StringComparison.Ordinal) ? $"{situation}: it says what it may not" : null);
    }

    void NoteOutcome(string when, PeerAnswer answer, string expected) =>
        Note(answer.Outcome == expected ? null : $"{when}: {answer.Outcome} instead of {expected}");

    // An event that lacks something is not the one that was signed, either.
    void NoteBad(string when, PeerAnswer answer) => Note(
        answer.Json is JsonObject body && body["errcode"] is not null && (answer.Status == 400 || (answer.Status == 403 && IsEvent))
            ? null
            : $"{when}: {answer.Outcome} instead of 400");

    bool IsEvent => operation.Request!.RequiredFields.Any(static required => required.Name == "sender");

    void Note(string? problem)
    {
        _checks++;
        _problem ??= problem;
    }
}
