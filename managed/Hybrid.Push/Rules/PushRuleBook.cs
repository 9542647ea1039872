using System.Text.Json.Nodes;
using Hybrid.Native;
using Hybrid.Primitives;

namespace Hybrid.Push.Rules;

/// <summary>Where a new rule goes among the user's own rules of its kind.</summary>
public readonly record struct RulePlace(string? Before, string? After);

/// <summary>
/// One user's push rules as the specification shows them: five kinds, each a list in order of precedence, the server's default
/// rules among them. Changes that cannot be made are <see cref="MatrixError"/>s.
/// </summary>
public sealed class PushRuleBook
{
    static readonly string[] Kinds = ["override", "content", "room", "sender", "underride"];

    readonly UserId _userId;

    PushRuleBook(UserId userId, JsonObject global)
    {
        _userId = userId;
        Global = global;
    }

    /// <summary>The <c>global</c> object.</summary>
    public JsonObject Global { get; }

    /// <summary>The rules of a user: the stored ones, with default rules added that a newer server knows, or the defaults alone.</summary>
    public static PushRuleBook Open(UserId userId, ReadOnlyMemory<byte>? stored)
    {
        var defaults = JsonNode.Parse(PushRuleSet.DefaultRules(userId.Value))!.AsObject();
        if (stored is not { } bytes || JsonNode.Parse(bytes.Span)?["global"] is not JsonObject own)
            return new PushRuleBook(userId, defaults);

        foreach (var kind in Kinds)
        {
            if (own[kind] is not JsonArray rules)
                own[kind] = rules = [];
            foreach (var rule in defaults[kind]!.AsArray())
            {
                if (Find(rules, IdOf(rule!)) is null)
                    rules.Add(rule!.DeepClone());
            }
        }

        return new PushRuleBook(userId, own);
    }

    /// <summary>The account data <c>m.push_rules</c>.</summary>
    public byte[] ToAccountData() =>
        System.Text.Encoding.UTF8.GetBytes(new JsonObject { ["global"] = Global.DeepClone() }.ToJsonString());

    /// <summary>The rules of a kind, or <c>M_INVALID_PARAM</c>.</summary>
    public Result<JsonArray> OfKind(string kind) =>
        Kinds.Contains(kind) ? Global[kind]!.AsArray() : MatrixError.InvalidParam($"'{kind}' is not a kind of push rule.");

    /// <summary>One rule, or <c>M_NOT_FOUND</c>.</summary>
    public Result<JsonObject> Rule(string kind, string ruleId)
    {
        if (!OfKind(kind).TryGet(out var rules, out var error))
            return error;

        return Find(rules, ruleId) is { } rule ? rule : MatrixError.NotFound($"There is no {kind} rule '{ruleId}'.");
    }

    /// <summary>Adds or replaces a rule of the user's own.</summary>
    public Result<Done> Put(string kind, string ruleId, JsonObject body, RulePlace place)
    {
        if (!OfKind(kind).TryGet(out var rules, out var error))
            return error;
        if (ruleId.Length == 0 || ruleId.StartsWith('.') || ruleId.Contains('/', StringComparison.Ordinal) || ruleId.Contains('\\', StringComparison.Ordinal))
            return MatrixError.InvalidParam("Rule IDs of users do not start with a dot and have no slashes.");
        if (!Compose(kind, ruleId, body).TryGet(out var rule, out error))
            return error;

        if (Find(rules, ruleId) is { } existing)
        {
            rule["enabled"] = existing["enabled"]?.DeepClone() ?? true;
            if (place is { Before: null, After: null })
            {
                rules[rules.IndexOf(existing)] = rule;
                return Checked();
            }

            rules.Remove(existing);
        }

        var index = 0;
        if ((place.Before ?? place.After) is { } neighbor)
        {
            if (Find(rules, neighbor) is not { } found || neighbor.StartsWith('.'))
                return MatrixError.Of(400, "M_UNKNOWN", $"There is no rule '{neighbor}' of yours to stand beside.");
            index = rules.IndexOf(found) + (place.Before is null ? 1 : 0);
        }

        // The master rule stands before everything; all other rules of users stand before the server's.
        else if (kind == "override" && rules.Count > 0 && IdOf(rules[0]!) == ".m.rule.master")
        {
            index = 1;
        }

        rules.Insert(index, rule);
        return Checked();
    }

    public Result<Done> Remove(string kind, string ruleId)
    {
        if (!Rule(kind, ruleId).TryGet(out var rule, out var error))
            return error;
        if (ruleId.StartsWith('.'))
            return MatrixError.InvalidParam("The server's default rules can be disabled, not deleted.");

        Global[kind]!.AsArray().Remove(rule);
        return default(Done);
    }

    public Result<Done> Enable(string kind, string ruleId, bool enabled)
    {
        if (!Rule(kind, ruleId).TryGet(out var rule, out var error))
            return error;

        rule["enabled"] = enabled;
        return default(Done);
    }

    public Result<Done> SetActions(string kind, string ruleId, JsonArray actions)
    {
        if (!Rule(kind, ruleId).TryGet(out var rule, out var error))
            return error;
        if (CheckActions(actions) is { } refused)
            return refused;

        rule["actions"] = actions.DeepClone();
        return Checked();
    }

    static string IdOf(JsonNode rule) => rule["rule_id"]!.GetValue<string>();

    static JsonObject? Find(JsonArray rules, string ruleId) => rules.FirstOrDefault(rule => IdOf(rule!) == ruleId)?.AsObject();

    static Result<JsonObject> Compose(string kind, string ruleId, JsonObject body)
    {
        if (body["actions"] is not JsonArray actions)
            return MatrixError.MissingParam("'actions' is missing.");
        if (CheckActions(actions) is { } refused)
            return refused;

        var rule = new JsonObject { ["rule_id"] = ruleId, ["default"] = false, ["enabled"] = true, ["actions"] = actions.DeepClone() };
        switch (kind)
        {
            case "override" or "underride":
                if (body["conditions"] is not (null or JsonArray))
                    return MatrixError.BadJson("'conditions' must be a list.");
                rule["conditions"] = body["conditions"]?.DeepClone() ?? new JsonArray();
                break;
            case "content":
                if (body["pattern"] is not JsonValue pattern || !pattern.TryGetValue<string>(out var text))
                    return MatrixError.MissingParam("'pattern' is missing.");
                rule["pattern"] = text;
                break;
        }

        return rule;
    }

    static MatrixError? CheckActions(JsonArray actions) =>
        actions.All(static action => action is JsonObject or JsonValue) ? null : MatrixError.BadJson("An action must be a string or an object.");

    // What the native core would refuse must not be stored.
    Result<Done> Checked()
    {
        try
        {
            using var compiled = PushRuleSet.Compile(System.Text.Encoding.UTF8.GetBytes(Global.ToJsonString()), _userId.Value);
            return default(Done);
        }
        catch (NativeException exception)
        {
            return MatrixError.BadJson($"The rule is not valid: {exception.Message}");
        }
    }
}
