using System.Text.Json;
using Hybrid.Native;
using Hybrid.Primitives;
using Hybrid.Push.Rules;
using Hybrid.Rooms.State;
using Hybrid.Storage.Rooms;

namespace Hybrid.Push.Pushers;

/// <summary>What a user's push rules do with an event.</summary>
/// <param name="Json">The actions as a JSON array.</param>
/// <param name="Notify">Whether it notifies.</param>
/// <param name="Tweaks">How, by the name of the tweak, each value as JSON.</param>
public sealed record PushActions(byte[] Json, bool Notify, IReadOnlyDictionary<string, string> Tweaks)
{
    /// <summary>Whether a telephone should be woken for it (specification, push gateway API, <c>prio</c>).</summary>
    public bool IsUrgent => Tweaks.ContainsKey("sound") || Tweaks.GetValueOrDefault("highlight") == "true";

    /// <summary>Reads an array of actions; a tweak without a value is true.</summary>
    public static PushActions Parse(byte[] json)
    {
        using var actions = JsonDocument.Parse(json);
        var tweaks = new Dictionary<string, string>();
        var notify = false;
        foreach (var action in actions.RootElement.EnumerateArray())
        {
            if (action.ValueKind == JsonValueKind.String)
                notify |= action.ValueEquals("notify");
            else if (action.ValueKind == JsonValueKind.Object && action.TryGetProperty("set_tweak", out var tweak) && tweak.ValueKind == JsonValueKind.String)
                tweaks[tweak.GetString()!] = action.TryGetProperty("value", out var value) ? value.GetRawText() : "true";
        }

        return new PushActions(json, notify, tweaks);
    }
}

/// <summary>Evaluates push rules of one user, for what the counts do not need to know.</summary>
public sealed class PushActionReader(PushRuleCache rules)
{
    public async ValueTask<PushActions> OfAsync(UserId userId, StoredEvent stored, RoomSnapshot room, CancellationToken cancellationToken)
    {
        var own = await rules.OfAsync(userId, cancellationToken);
        var name = own.ReadsDisplayName ? room.Find("m.room.member", userId.Value)?.ContentString("displayname") : null;
        var context = new PushRoomContext(room.Joined.Count, room.PowerLevels.Of(stored.Sender), room.Find("m.room.power_levels")?.Content() ?? default);
        return PushActions.Parse(PushRules.Actions(stored.Json.Span, context, new PushMember(userId.Value, name, own)));
    }
}
