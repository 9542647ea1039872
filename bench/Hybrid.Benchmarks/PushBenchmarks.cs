using System.Text;
using BenchmarkDotNet.Attributes;
using Hybrid.Native;

namespace Hybrid.Benchmarks;

/// <summary>
/// One message against the push rules of all members of its room: by the audience that is kept between events, and by a
/// straightforward evaluator that looks at one member after the other.
/// </summary>
public class PushBenchmarks
{
    const string Room = "!room:example.org";
    const int Mentioned = 10;

    static readonly PushRoomContext Context = new(100, 0, default);

    readonly List<PushRuleSet> _own = [];
    PushAudience _default = null!;
    PushAudience _mixed = null!;
    PushMember[] _defaultMembers = [];
    PushMember[] _mixedMembers = [];
    byte[] _plain = [];
    byte[] _mention = [];

    [Params(10, 1_000, 100_000)]
    public int Members { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        _plain = Message("""{"msgtype":"m.text","body":"Does anybody want some cake?"}""");
        var ids = string.Join(',', Enumerable.Range(1, Math.Min(Mentioned, Members - 1)).Select(number => $"\"{UserId(number)}\""));
        _mention = Message($$$"""{"msgtype":"m.text","body":"Hello","m.mentions":{"user_ids":[{{{ids}}}]}}""");
        _defaultMembers = [.. Enumerable.Range(0, Members).Select(static number => new PushMember(UserId(number), null, PushRuleSet.Default))];
        _mixedMembers = [.. Enumerable.Range(0, Members).Select(number => new PushMember(UserId(number), null, RulesOf(number)))];
        _default = AudienceOf(_defaultMembers);
        _mixed = AudienceOf(_mixedMembers);

        // Work that gives other verdicts is other work.
        foreach (var (audience, members, json) in new[] { (_default, _defaultMembers, _mention), (_mixed, _mixedMembers, _plain) })
        {
            var outcome = audience.Evaluate(json, Context);
            var notified = members.Length - outcome.Exceptions.Count;
            if (!outcome.Everyone.HasFlag(PushVerdict.Notify))
                notified = 0;
            notified += outcome.Exceptions.Count(static exception => exception.Verdict.HasFlag(PushVerdict.Notify));
            if (notified != OneByOne(members, json))
                throw new InvalidOperationException("The audience and the single members differ.");
        }
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _default.Dispose();
        _mixed.Dispose();
        _own.ForEach(static rules => rules.Dispose());
    }

    [Benchmark]
    public PushOutcome DefaultRules() => _default.Evaluate(_plain, Context);

    [Benchmark]
    public PushOutcome DefaultRulesTenMentioned() => _default.Evaluate(_mention, Context);

    [Benchmark]
    public PushOutcome MixedRules() => _mixed.Evaluate(_plain, Context);

    [Benchmark]
    public int DefaultRulesOneByOne() => OneByOne(_defaultMembers, _plain);

    [Benchmark]
    public int DefaultRulesTenMentionedOneByOne() => OneByOne(_defaultMembers, _mention);

    [Benchmark]
    public int MixedRulesOneByOne() => OneByOne(_mixedMembers, _plain);

    static int OneByOne(PushMember[] members, byte[] json)
    {
        var notified = 0;
        foreach (ref readonly var member in members.AsSpan())
        {
            // "[]" when no rule decides or the deciding one does nothing.
            if (PushRules.Actions(json, Context, member).AsSpan().IndexOf("notify"u8) >= 0)
                notified++;
        }

        return notified;
    }

    static PushAudience AudienceOf(PushMember[] members)
    {
        var audience = new PushAudience(Room);
        audience.Set(members, new uint[members.Length]);
        return audience;
    }

    static string UserId(int number) => $"@user{number}:example.org";

    static byte[] Message(string content) => Encoding.UTF8.GetBytes(
        $$"""{"type":"m.room.message","room_id":"{{Room}}","sender":"@sender:example.org","origin_server_ts":1760000000000,"content":{{content}}}""");

    // Of ten members one has a keyword of their own, one has muted another room, and one in a hundred has muted this one.
    PushRuleSet RulesOf(int number)
    {
        var userId = UserId(number);
        return (number % 10, number % 100) switch
        {
            (_, 5) => Own(userId, "room", $$"""{"rule_id":"{{Room}}","actions":[]}"""),
            (1, _) => Own(userId, "content", $$"""{"rule_id":"k","pattern":"keyword{{number}}","actions":["notify",{"set_tweak":"highlight"}]}"""),
            (2, _) => Own(userId, "room", """{"rule_id":"!another:example.org","actions":[]}"""),
            _ => PushRuleSet.Default,
        };
    }

    PushRuleSet Own(string userId, string kind, string rule)
    {
        var rules = Encoding.UTF8.GetString(PushRuleSet.DefaultRules(userId));
        var empty = $"\"{kind}\": []";
        var place = rules.IndexOf(empty, StringComparison.Ordinal) is var found and >= 0 ? found : throw new InvalidOperationException($"No {empty} in the default rules.");
        var compiled = PushRuleSet.Compile(Encoding.UTF8.GetBytes($"{rules[..place]}\"{kind}\": [{rule}]{rules[(place + empty.Length)..]}"), userId);
        _own.Add(compiled);
        return compiled;
    }
}
