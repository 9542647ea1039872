using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;

namespace Hybrid.Native.Tests.Boundary;

/// <summary>
/// Calls of one export, past everything that the managed API checks. All arguments are such as it takes, but for the one that a
/// test replaces. What a successful call makes is freed.
/// </summary>
sealed unsafe class NativeCall(string export)
{
    const int ResultSize = 128;
    const byte Untouched = 0xAB;

    const string Event = """
        {"type":"m.room.message","sender":"@a:b","room_id":"!r:b","content":{"body":"x"},"depth":1,"origin_server_ts":1,"prev_events":["$p"],"auth_events":["$a"]}
        """;

    static readonly nint Key = Make(static result =>
    {
        fixed (byte* seed = new byte[32], version = "1"u8)
            return NativeMethods.hybrid_signing_key_create(new ByteView(seed, 32), new ByteView(version, 1), (OpaqueSigningKey**)result);
    });

    static readonly nint Rules = Make(static result => NativeMethods.hybrid_push_rules_shared_default((PushRulesHandle**)result));

    static readonly nint Audience = Make(static result =>
    {
        fixed (byte* room = "!r:b"u8)
            return NativeMethods.hybrid_push_audience_create(new ByteView(room, 4), (PushAudienceHandle**)result);
    });

    readonly MethodInfo _method = Exports.Single(method => method.Name == export);

    /// <summary>
    /// All exports that can fail, but for the one whose purpose that is, and those over graphs and nodes of states, which
    /// <see cref="State.HostileCallTests"/> calls.
    /// </summary>
    public static IEnumerable<MethodInfo> Exports { get; } =
        [.. typeof(NativeMethods).GetMethods(BindingFlags.Static | BindingFlags.NonPublic)
            .Where(method => method.GetCustomAttribute<DllImportAttribute>() is not null
                && method.ReturnType == typeof(Status)
                && method.Name != nameof(NativeMethods.hybrid_test_panic)
                && !method.Name.StartsWith("hybrid_state_", StringComparison.Ordinal))];

    /// <summary>The views among the arguments, those within structures included.</summary>
    public IEnumerable<string> Views => _method.GetParameters().SelectMany(parameter => parameter switch
    {
        { ParameterType: var type } when type == typeof(ByteView) => [parameter.Name!],
        { ParameterType: var type } when type == typeof(PushRoomView) => ["power_levels"],
        { ParameterType: var type } when type == typeof(PushMemberView) || type == typeof(PushMemberView*) =>
            ["user_id", "display_name"],
        _ => Array.Empty<string>(),
    });

    /// <summary>The pointers among the arguments.</summary>
    public IEnumerable<string> Pointers =>
        _method.GetParameters().Where(parameter => parameter.ParameterType.IsPointer).Select(parameter => parameter.Name!);

    public static byte[] Valid(string export, string view) => view switch
    {
        "seed" or "salt" => new byte[32],
        "json" when export == nameof(NativeMethods.hybrid_push_rules_compile) => "{}"u8.ToArray(),
        "phc" => "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"u8.ToArray(),
        _ => Encoding.UTF8.GetBytes(view switch
        {
            "room_version" => "11",
            "event" or "template" or "json" or "auth_events" or "events" => Event.Trim(),
            "server" or "entity" => "b",
            "key_id" => "ed25519:1",
            "public_key" => "XGX0JRS2Af3be3knz2fBiRbApjm2Dh61gXDJA8kcDNI",
            "keys" or "power_levels" => "{}",
            "password" or "display_name" or "hashed" or "signed" => "secret",
            "user_id" => "@a:b",
            "room_id" => "!r:b",
            "version" => "1",
            _ => throw new ArgumentOutOfRangeException(nameof(view), view, "This view is new: say what it takes."),
        }),
    };

    /// <summary>Calls it with nothing replaced.</summary>
    public Status Invoke() => Invoke(null, null, default, null);

    /// <summary>Calls it with other bytes for a view.</summary>
    public Status InvokeWith(string view, byte[] bytes)
    {
        fixed (byte* start = bytes)
            return Invoke(view, null, new ByteView(start, bytes.Length), null);
    }

    /// <summary>Calls it with a view that has a length and no memory.</summary>
    public Status InvokeWithNullView(string view) => Invoke(view, null, new ByteView(null, 1), null);

    /// <summary>Calls it with null for a pointer.</summary>
    public Status InvokeWithNull(string pointer) => Invoke(null, pointer, default, null);

    /// <summary>Calls it with other lengths of the items in a view.</summary>
    public Status InvokeWithLengths(int[] lengths) => Invoke(null, null, default, lengths);

    static nint Make(Func<nint, Status> create)
    {
        nint handle;
        Assert.Equal(Status.Ok, create((nint)(&handle)));
        return handle;
    }

    Status Invoke(string? replacedView, string? nullPointer, ByteView replacement, int[]? lengths)
    {
        var parameters = _method.GetParameters();
        using var memory = new Memory();
        var itemsLength = 0;
        ByteView View(string name)
        {
            var bytes = Valid(export, name);
            var view = name == replacedView ? replacement : new ByteView(memory.Copy(bytes), bytes.Length);
            if (name is "events" or "auth_events")
                itemsLength = (int)view.len;
            return view;
        }

        PushMemberView Member() => new() { user_id = View("user_id"), display_name = View("display_name"), rules = (PushRulesHandle*)Rules };
        PushMemberView* Members()
        {
            var member = Member();
            return (PushMemberView*)memory.Copy(new ReadOnlySpan<byte>(&member, sizeof(PushMemberView)));
        }

        var results = (byte*)memory.Allocate(ResultSize * parameters.Length);
        new Span<byte>(results, ResultSize * parameters.Length).Fill(Untouched);
        byte* Argument(ParameterInfo parameter) => parameter switch
        {
            { Name: var name } when name == nullPointer => null,
            { ParameterType: var type } when type == typeof(OpaqueSigningKey*) => (byte*)Key,
            { ParameterType: var type } when type == typeof(PushAudienceHandle*) => (byte*)Audience,
            { ParameterType: var type } when type == typeof(PushMemberView*) => (byte*)Members(),
            { ParameterType: var type } when type == typeof(int*) =>
                memory.Copy(MemoryMarshal.AsBytes((lengths ?? [itemsLength]).AsSpan())),
            _ => results + (ResultSize * parameter.Position),
        };

        var arguments = parameters.Select(parameter => parameter.ParameterType switch
        {
            var type when type == typeof(ByteView) => View(parameter.Name!),
            var type when type == typeof(PushRoomView) => new PushRoomView { joined_members = 2, power_levels = View("power_levels") },
            var type when type == typeof(PushMemberView) => Member(),
            var type when type == typeof(nuint) => (nuint)(lengths?.Length ?? 1),
            { IsPointer: true } type => Pointer.Box(Argument(parameter), type),
            var type => throw new NotSupportedException($"{export} takes a {type}."),
        });
        var status = (Status)_method.Invoke(null, [.. arguments])!;
        if (status == Status.Ok)
            Free(parameters, results);
        else
            Assert.True(new Span<byte>(results, ResultSize * parameters.Length).IndexOfAnyExcept(Untouched) < 0, "A failed call wrote.");
        return status;
    }

    static void Free(ParameterInfo[] parameters, byte* results)
    {
        foreach (var parameter in parameters)
        {
            var result = results + (ResultSize * parameter.Position);
            if (parameter.ParameterType == typeof(OwnedBuffer*))
                NativeMethods.hybrid_buffer_free(*(OwnedBuffer*)result);
            else if (parameter.ParameterType == typeof(OpaqueSigningKey**))
                NativeMethods.hybrid_signing_key_free(*(OpaqueSigningKey**)result);
            else if (parameter.ParameterType == typeof(PushRulesHandle**))
                NativeMethods.hybrid_push_rules_free(*(PushRulesHandle**)result);
            else if (parameter.ParameterType == typeof(PushAudienceHandle**))
                NativeMethods.hybrid_push_audience_free(*(PushAudienceHandle**)result);
        }
    }

    /// <summary>Unmanaged memory for one call.</summary>
    sealed class Memory : IDisposable
    {
        readonly List<nint> _blocks = [];

        public void* Allocate(int size)
        {
            var block = NativeMemory.Alloc((nuint)Math.Max(1, size));
            _blocks.Add((nint)block);
            return block;
        }

        public byte* Copy(ReadOnlySpan<byte> bytes)
        {
            var block = (byte*)Allocate(bytes.Length);
            bytes.CopyTo(new Span<byte>(block, bytes.Length));
            return block;
        }

        public void Dispose()
        {
            foreach (var block in _blocks)
                NativeMemory.Free((void*)block);
        }
    }
}
