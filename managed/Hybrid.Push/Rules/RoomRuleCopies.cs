using System.Text.Json.Nodes;
using Hybrid.Primitives;
using Hybrid.Rooms.Upgrades;

namespace Hybrid.Push.Rules;

/// <summary>Copies users' push rules about a room to its replacement.</summary>
sealed class RoomRuleCopies(PushRuleAccountData rules) : IPersonalRoomSettings
{
    static readonly string[] ConditionalKinds = ["override", "underride"];

    public async ValueTask CopyAsync(UserId userId, RoomId from, RoomId to, CancellationToken cancellationToken)
    {
        var book = await rules.OpenAsync(userId, cancellationToken);
        if (!Copies(book, from, to).Any())
            return;

        await rules.ChangeAsync(
            userId,
            current =>
            {
                foreach (var (kind, rule) in Copies(current, from, to).ToList())
                {
                    if (current.Put(kind, to.Value, rule, default).Error is { } error)
                        return error;
                }

                return default(Done);
            },
            cancellationToken);
    }

    /// <summary>What there is for the old room, is on, and is not there for the new one.</summary>
    static IEnumerable<(string Kind, JsonObject Rule)> Copies(PushRuleBook book, RoomId from, RoomId to)
    {
        if (IsOn(book.Rule("room", from.Value)) is { } plain && book.Rule("room", to.Value).Error is not null)
            yield return ("room", plain.DeepClone().AsObject());
        foreach (var kind in ConditionalKinds)
        {
            var rule = book.OfKind(kind).Value.FirstOrDefault(rule => IsOn(rule!.AsObject()) is not null && Conditions(rule!).Any(condition => IsAbout(condition, from)));
            if (rule is null || book.Rule(kind, to.Value).Error is null)
                continue;

            var copy = rule.DeepClone().AsObject();
            foreach (var condition in Conditions(copy).Where(condition => IsAbout(condition, from)))
                condition["pattern"] = to.Value;
            yield return (kind, copy);
        }
    }

    static JsonObject? IsOn(Result<JsonObject> found) => found.TryGet(out var rule, out _) ? IsOn(rule) : null;

    static JsonObject? IsOn(JsonObject rule) => rule["enabled"] is JsonValue enabled && enabled.TryGetValue<bool>(out var on) && on ? rule : null;

    static IEnumerable<JsonObject> Conditions(JsonNode rule) => rule["conditions"] is JsonArray conditions ? conditions.OfType<JsonObject>() : [];

    static bool IsAbout(JsonObject condition, RoomId room) =>
        Text(condition["kind"]) == "event_match" && Text(condition["key"]) == "room_id" && Text(condition["pattern"]) == room.Value;

    static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
