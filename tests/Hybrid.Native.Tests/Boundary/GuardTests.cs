using System.Reflection;
using System.Runtime.InteropServices;

namespace Hybrid.Native.Tests.Boundary;

public unsafe class GuardTests
{
    const int ScratchSize = 256;

    public static TheoryData<string> EveryFallibleExport =>
        [.. Exports().Where(method => method.ReturnType == typeof(Status)).Select(method => method.Name)];

    public static TheoryData<string> EveryExportWithoutHandle =>
        [.. Exports()
            .Where(method => method.ReturnType == typeof(Status) && !method.GetParameters().Any(TakesHandle))
            .Select(method => method.Name)];

    [Fact]
    public void A_panic_becomes_an_exception_and_the_library_lives_on()
    {
        var failure = Assert.Throws<NativeException>(() => NativeException.ThrowIfFailed(NativeMethods.hybrid_test_panic()));
        Assert.Equal(NativeStatus.Panic, failure.Status);
        Assert.Contains("a panic on purpose", failure.Message);
        Assert.Equal("{}"u8.ToArray(), CanonicalJson.Canonicalize("{}"u8));
    }

    [Fact]
    public void The_words_of_a_failure_are_handed_over_once()
    {
        Assert.Equal(Status.Panic, NativeMethods.hybrid_test_panic());
        OwnedBuffer first, second;
        Assert.Equal(Status.Ok, NativeMethods.hybrid_error_take(&first));
        Assert.Equal(Status.Ok, NativeMethods.hybrid_error_take(&second));
        using var words = new NativeBuffer(first);
        using var nothing = new NativeBuffer(second);
        Assert.Equal("a panic on purpose", words.ToString());
        Assert.True(nothing.Span.IsEmpty);
    }

    [Fact]
    public void An_empty_buffer_is_null_and_may_be_freed() => NativeMethods.hybrid_buffer_free(default);

    [Theory]
    [MemberData(nameof(EveryFallibleExport))]
    public void Nothing_but_nulls_is_refused(string export)
    {
        var expected = export == nameof(NativeMethods.hybrid_test_panic) ? Status.Panic : Status.NullPointer;
        Assert.Equal(expected, Call(export, default, null));
    }

    [Theory]
    [MemberData(nameof(EveryExportWithoutHandle))]
    public void A_null_view_with_a_length_is_refused_and_nothing_is_written(string export)
    {
        if (!Takes<ByteView>(export))
            return;

        var scratch = stackalloc byte[ScratchSize];
        Assert.Equal(Status.NullPointer, Call(export, new ByteView(null, 1), scratch));
        Assert.True(new Span<byte>(scratch, ScratchSize).IndexOfAnyExcept((byte)0) < 0);
    }

    [Theory]
    [MemberData(nameof(EveryExportWithoutHandle))]
    public void Bytes_that_are_no_utf8_cause_no_panic(string export)
    {
        if (!Takes<ByteView>(export))
            return;

        var bytes = stackalloc byte[] { 0xFF, 0xC0, 0x80 };
        var scratch = stackalloc byte[ScratchSize];
        Assert.NotEqual(Status.Panic, Call(export, new ByteView(bytes, 3), scratch));
    }

    [Fact]
    public void Text_that_is_no_utf8_is_named()
    {
        var bytes = stackalloc byte[] { 0xFF };
        var bad = new ByteView(bytes, 1);
        OwnedBuffer result;
        byte flag;
        Assert.Equal(Status.InvalidUtf8, NativeMethods.hybrid_events_id(bad, default, &result));
        Assert.Equal(Status.InvalidUtf8, NativeMethods.hybrid_auth_types(bad, default, &result));
        Assert.Equal(Status.InvalidUtf8, NativeMethods.hybrid_signing_verify_json(default, bad, default, default, &flag));
    }

    [Fact]
    public void Lengths_that_do_not_add_up_are_refused()
    {
        var bytes = "11{}{}"u8;
        var lengths = stackalloc int[2];
        byte allowed;
        OwnedBuffer reason;
        fixed (byte* start = bytes)
        {
            var version = new ByteView(start, 2);
            var wrong = new[] { (2, 1), (2, 3), (-1, 4), (5, -1), (int.MaxValue, int.MaxValue) };
            foreach (var (first, second) in wrong)
            {
                (lengths[0], lengths[1]) = (first, second);
                Assert.Equal(
                    Status.InvalidArgument,
                    NativeMethods.hybrid_auth_check(version, default, new ByteView(start + 2, 4), lengths, 2, &allowed, &reason));
            }
        }
    }

    static IEnumerable<MethodInfo> Exports() =>
        typeof(NativeMethods).GetMethods(BindingFlags.Static | BindingFlags.NonPublic)
            .Where(method => method.GetCustomAttribute<DllImportAttribute>() is not null);

    /// <summary>What a handle points to has no fields here.</summary>
    static bool TakesHandle(ParameterInfo parameter) =>
        parameter.ParameterType is { IsPointer: true } pointer
        && pointer.GetElementType() is { IsPointer: false, IsPrimitive: false } target
        && target.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic).Length == 0;

    static bool Takes<T>(string export) =>
        Exports().Single(method => method.Name == export).GetParameters().Any(parameter => parameter.ParameterType == typeof(T));

    /// <summary>
    /// Calls an export with the same view for every view, the same memory for every pointer, and 1 for every count.
    /// </summary>
    static Status Call(string export, ByteView view, byte* pointer)
    {
        var method = Exports().Single(candidate => candidate.Name == export);
        var arguments = method.GetParameters().Select(parameter => parameter.ParameterType switch
        {
            { IsPointer: true } type => Pointer.Box(pointer, type),
            var type when type == typeof(ByteView) => view,
            var type when type == typeof(nuint) => (nuint)1,
            var type => Activator.CreateInstance(type),
        });
        return (Status)method.Invoke(null, [.. arguments])!;
    }
}
