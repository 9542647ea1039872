namespace Hybrid.Native;

/// <summary>A user's push rules, compiled. Immutable, and safe to use from several threads, even while it is disposed.</summary>
public sealed unsafe class PushRuleSet : IDisposable
{
    static readonly Lazy<PushRuleSet> Shared = new(CompileDefault);

    readonly bool _shared;

    PushRuleSet(NativeHandle<PushRulesHandle> handle, bool readsDisplayName, bool shared)
    {
        Handle = handle;
        ReadsDisplayName = readsDisplayName;
        _shared = shared;
    }

    /// <summary>
    /// The rules of users who have none of their own. Where a rule names its user, it means the member that is evaluated, so
    /// one set serves everybody: all but the first member with it cost next to nothing. Disposing it does nothing.
    /// </summary>
    public static PushRuleSet Default => Shared.Value;

    /// <summary>Whether a rule looks at the display name of <see cref="PushMember"/>; without one it need not be looked up.</summary>
    public bool ReadsDisplayName { get; }

    internal NativeHandle<PushRulesHandle> Handle { get; }

    /// <summary>
    /// Compiles the <c>global</c> object of a user's rules: <c>override</c>, <c>content</c>, <c>room</c>, <c>sender</c> and
    /// <c>underride</c>, each optional. Conditions that are unknown or lack a parameter make their rule match nothing.
    /// </summary>
    /// <param name="rulesetJson">The rules.</param>
    /// <param name="userId">The user; rules that name them mean the member that is evaluated.</param>
    /// <exception cref="NativeException"><see cref="NativeStatus.PushRulesMalformed"/> for anything else.</exception>
    public static PushRuleSet Compile(ReadOnlySpan<byte> rulesetJson, string userId)
    {
        PushRulesHandle* rules;
        byte readsDisplayName;
        using var user = new Utf8Text(userId, stackalloc byte[Utf8Text.StackSize]);
        fixed (byte* json = rulesetJson, userStart = user)
        {
            NativeException.ThrowIfFailed(NativeMethods.hybrid_push_rules_compile(
                new ByteView(json, rulesetJson.Length), new ByteView(userStart, user.Span.Length), &rules, &readsDisplayName));
        }

        return new PushRuleSet(new NativeHandle<PushRulesHandle>(rules, &NativeMethods.hybrid_push_rules_free), readsDisplayName != 0, shared: false);
    }

    /// <summary>The <c>global</c> rules of a fresh account, as JSON: the server-default rules of Matrix 1.19.</summary>
    public static byte[] DefaultRules(string userId)
    {
        OwnedBuffer result;
        using var text = new Utf8Text(userId, stackalloc byte[Utf8Text.StackSize]);
        fixed (byte* start = text)
            NativeException.ThrowIfFailed(NativeMethods.hybrid_push_default_rules(new ByteView(start, text.Span.Length), &result));

        using var buffer = new NativeBuffer(result);
        return buffer.ToArray();
    }

    public void Dispose()
    {
        if (!_shared)
            Handle.Dispose();
    }

    static PushRuleSet CompileDefault()
    {
        PushRulesHandle* rules;
        NativeException.ThrowIfFailed(NativeMethods.hybrid_push_rules_shared_default(&rules));
        return new PushRuleSet(new NativeHandle<PushRulesHandle>(rules, &NativeMethods.hybrid_push_rules_free), readsDisplayName: false, shared: true);
    }
}
