using System.Text;
using System.Text.Json.Nodes;
using Hybrid.ClientApi.Tests.Hosting;
using Hybrid.Conformance.Tests.Table;
using Hybrid.Primitives;

namespace Hybrid.Conformance.Tests.Running;

/// <summary>Asks an operation about what is not there, not the caller's, or nonsense.</summary>
sealed class RefusalRun(Operation operation, Requests requests, Story story)
{
    readonly IReadOnlyDictionary<Subject, IReadOnlyList<Place>> _places = Subjects.Of(operation);

    /// <summary>Null when the answer is as expected, else how it differs.</summary>
    public async Task<string?> CheckAsync(Func<Story, Task<Call>> make, Refusal refusal)
    {
        var (subject, situation, expected) = refusal;
        if (!_places.ContainsKey(subject))
            return $"it names no {subject}";

        var call = await WithAsync(await make(story), subject, situation);
        var answer = await requests.SendAsync(call, requests.Token(call));
        var got = answer.Status < 400 ? $"{answer.Status}" : $"{answer.Status} {answer.ErrorCode}";
        if (got != expected)
            return $"{Label(subject)} {situation}: {got} instead of {expected}";

        return Encoding.UTF8.GetString(answer.Bytes).Contains(Outsider.Secret, StringComparison.Ordinal) ? $"{Label(subject)} {situation}: it says what it may not" : null;
    }

    async Task<Call> WithAsync(Call call, Subject subject, string situation)
    {
        if (subject == Subject.Caller)
            return call with { As = story.Bob };

        if (subject == Subject.Room && situation is ("hidden" or "left" or "banned"))
        {
            var (room, eventId) = situation == "hidden" ? await story.Outsider.HiddenRoomAsync() : await story.Outsider.FormerRoomAsync(Caller(call), situation == "banned");
            call = With(call, Subject.Event, eventId);
            return With(call, Subject.Room, room);
        }

        return With(call, subject, await ValueAsync(subject, situation));
    }

    async Task<string> ValueAsync(Subject subject, string situation) => (subject, situation) switch
    {
        (Subject.Media, "malformed") => "no media!",
        (Subject.Server, "malformed") => "no server!",
        (_, "malformed") => "nonsense",
        (_, "too long") => new string('x', 300),
        (Subject.Room, _) => "!none:test.local",
        (Subject.User, "another's") => (await story.UserAsync()).UserId.Value,
        (Subject.User, "elsewhere") => $"@{story.Name("someone")}:localhost:1",
        (Subject.User, _) => $"@{story.Name("none")}:test.local",
        (Subject.Event, "hidden") => (await story.Outsider.HiddenRoomAsync()).Event,
        (Subject.Event, _) => "$" + new string('n', 43),
        (Subject.Device, "another's") => story.Outsider.User.DeviceId,
        (Subject.Media, _) => new string('n', 24),
        (Subject.Server, _) => "localhost:1",
        (Subject.Alias, "elsewhere") => "#somewhere:localhost:1",
        (Subject.Alias, _) => $"#{story.Name("none")}:test.local",
        (Subject.Backup or Subject.Filter, _) => "99999",
        _ => "none",
    };

    Call With(Call call, Subject subject, string value)
    {
        foreach (var place in _places.GetValueOrDefault(subject) ?? [])
        {
            call = place switch
            {
                { Field: { } field } => call with { Body = Replaced(JsonNode.Parse(call.Body ?? "{}")!.AsObject(), field, value) },
                { IsQuery: true } => call with { Query = Replaced(call.Query, place.Name!, value) },
                _ => call with { Path = [(place.Name!, value), .. call.Path] },
            };
        }

        return call;
    }

    static string Replaced(string query, string name, string value) =>
        string.Join('&', query.Split('&', StringSplitOptions.RemoveEmptyEntries).Where(part => !part.StartsWith(name + "=", StringComparison.Ordinal)).Append($"{name}={Uri.EscapeDataString(value)}"));

    static string Replaced(JsonObject body, BodyField field, string value)
    {
        var at = body;
        foreach (var name in field.Path.SkipLast(1))
            at = at[name] as JsonObject ?? Put(at, name);
        var last = field.Path[^1];
        at[last] = field.Shape switch
        {
            FieldShape.List => new JsonArray(value),
            FieldShape.Map => new JsonObject { [value] = (at[last] as JsonObject)?.FirstOrDefault().Value?.DeepClone() ?? new JsonObject() },
            _ => value,
        };
        return body.ToJsonString();
    }

    static JsonObject Put(JsonObject at, string name)
    {
        var made = new JsonObject();
        at[name] = made;
        return made;
    }

    TestUser Caller(Call call) => call.As ?? (operation.Auth == OperationAuth.ApplicationService
        ? new TestUser(story.Server, UserId.Parse("@_echo_bot:test.local"), ExampleService.ServiceToken, "")
        : story.Alice);

    static string Label(Subject subject) => subject.ToString().ToLowerInvariant();
}
