using System.Text.Json.Nodes;
using Hybrid.Conformance.Tests.Table;

namespace Hybrid.Conformance.Tests.Running;

/// <summary>Asks one operation everything that can be asked of it, and notes what is not as the specification has it.</summary>
sealed class OperationRun(Operation operation, Examples examples, RefusalTable refusals, Story story, HttpClient http)
{
    const string Nobody = "hya_nobody";

    readonly Requests _requests = new(operation, story, http);
    int _checks;
    string? _problem;

    /// <summary>How many checks were made, and the first problem that they found; null: there is none.</summary>
    public async Task<OperationVerdict> RunAsync()
    {
        var calls = examples.Of(operation.Id);
        foreach (var make in calls)
            await CheckExampleAsync(await make(story), operation.Path, "");
        if (calls.Count > 0)
        {
            foreach (var (label, path) in OldNames.Of(operation))
                await CheckExampleAsync(await calls[0](story), path, label + ": ");
            await CheckPreflightAsync(await calls[0](story));
            if (operation.IsLimited)
                Note(Budgets.Has(operation) ? null : "nothing limits how often it is asked");
            await CheckTokensAsync(calls[0]);
            await CheckBodiesAsync(calls);
            await CheckQueriesAsync(calls[0]);
            await CheckRefusalsAsync(calls[0]);
        }

        return new OperationVerdict(operation, _checks, calls.Count == 0 ? "there is no example of a request" : _problem);
    }

    async Task CheckExampleAsync(Call call, string path, string prefix)
    {
        var answer = await _requests.SendAsync(call, _requests.Token(call), path);
        Note(answer.ErrorCode == "M_UNRECOGNIZED" ? prefix + "the operation is not there" : null);
        Note(answer.Status == call.Status ? null : $"{prefix}{answer.Status} {answer.ErrorCode} instead of {call.Status}");
        if (answer.Status != call.Status)
            return;

        Note(call.StatusIsOfTheProse || operation.Responses.ContainsKey(answer.Status) ? null : $"{answer.Status} is no status of the operation");
        Note(answer.AllowsOrigins ? null : "no Access-Control-Allow-Origin");
        if (operation.Responses.GetValueOrDefault(answer.Status) is { } schema)
        {
            Note(answer.ContentType == "application/json" ? null : $"{answer.Status}: the type is {answer.ContentType}");
            Note(answer.IsJson ? schema.Check(answer.Json) is { } problem ? $"{answer.Status}: {problem}" : null : $"{answer.Status}: the body is no JSON");
        }
    }

    async Task CheckPreflightAsync(Call call)
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, _requests.Target(call, operation.Path));
        request.Headers.Add("Origin", "https://client.example.org");
        request.Headers.Add("Access-Control-Request-Method", operation.Method);
        using var response = await http.SendAsync(request);
        Note(response.IsSuccessStatusCode ? null : $"OPTIONS answers {(int)response.StatusCode}");
        foreach (var header in (string[])["Access-Control-Allow-Origin", "Access-Control-Allow-Methods", "Access-Control-Allow-Headers"])
            Note(response.Headers.Contains(header) ? null : $"OPTIONS answers without {header}");
    }

    async Task CheckTokensAsync(Func<Story, Task<Call>> make)
    {
        if (operation.Auth is OperationAuth.None or OperationAuth.Optional)
            return;

        NoteError(await _requests.SendAsync(await make(story), token: null), "without a token", 401, "M_MISSING_TOKEN");
        NoteError(await _requests.SendAsync(await make(story), Nobody), "with a token that nobody has", 401, "M_UNKNOWN_TOKEN");
    }

    async Task CheckBodiesAsync(IReadOnlyList<Func<Story, Task<Call>>> calls)
    {
        foreach (var make in calls)
        {
            var call = await make(story);
            if (operation.Request is not { } schema || call.Body is null || schema.Check(JsonNode.Parse(call.Body)) is not null)
                continue;

            NoteError(await _requests.SendAsync(call with { Body = """{"cut":""" }, _requests.Token(call)), "with half a body", 400, "M_NOT_JSON");
            NoteError(await _requests.SendAsync(call with { Body = "[1]" }, _requests.Token(call)), "with an array", 400, "M_BAD_JSON", "M_NOT_JSON");
            foreach (var (name, field) in schema.RequiredFields)
            {
                var body = JsonNode.Parse(call.Body)!.AsObject();
                body.Remove(name);
                NoteError(await _requests.SendAsync(call with { Body = body.ToJsonString() }, _requests.Token(call)), $"without '{name}'", 400, "M_MISSING_PARAM", "M_BAD_JSON", "M_INVALID_PARAM");
                if (field.Refused is { } refused)
                {
                    body[name] = refused;
                    NoteError(await _requests.SendAsync(call with { Body = body.ToJsonString() }, _requests.Token(call)), $"with a wrong '{name}'", 400, "M_BAD_JSON", "M_INVALID_PARAM", "M_MISSING_PARAM", "M_UNKNOWN");
                }
            }

            return;
        }
    }

    async Task CheckQueriesAsync(Func<Story, Task<Call>> make)
    {
        foreach (var name in operation.RequiredQuery)
        {
            var call = await make(story);
            var rest = call.Query.Split('&').Where(part => !part.StartsWith(name + "=", StringComparison.Ordinal));
            NoteError(await _requests.SendAsync(call with { Query = string.Join('&', rest) }, _requests.Token(call)), $"without '{name}'", 400, "M_MISSING_PARAM", "M_INVALID_PARAM");
        }
    }

    async Task CheckRefusalsAsync(Func<Story, Task<Call>> make)
    {
        var run = new RefusalRun(operation, _requests, story);
        foreach (var refusal in refusals.Of(operation.Id))
            Note(await run.CheckAsync(make, refusal));
    }

    void Note(string? problem)
    {
        _checks++;
        _problem ??= problem;
    }

    void NoteError(ConformanceAnswer answer, string when, int status, params string[] codes)
    {
        var code = answer.ErrorCode;
        Note(answer.Status == status && codes.Contains(code) ? null : $"{when}: {answer.Status} {code} instead of {status} {string.Join(" or ", codes.Take(2))}");
        Note(answer.Status == status && answer.ContentType != "application/json" ? $"{when}: the type is {answer.ContentType}" : null);
    }
}
