using System.Reflection;
using System.Runtime.InteropServices;

namespace Vodozemac.Tests;

public unsafe class BoundaryTests
{
    public static TheoryData<string> FallibleExports => [.. Exports().Where(method => method.ReturnType == typeof(Status)).Select(method => method.Name)];

    [Fact]
    public void The_exports_are_seen() => Assert.True(FallibleExports.Count > 40);

    [Theory]
    [MemberData(nameof(FallibleExports))]
    public void Nulls_are_refused_without_a_crash(string export)
    {
        // Three empty texts are legal, and no key.
        var expected = export == nameof(NativeMethods.hybrid_olm_verify_signature) ? Status.OlmInvalidSignature : Status.NullPointer;

        Assert.Equal(expected, Call(export, default));
    }

    [Theory]
    [MemberData(nameof(FallibleExports))]
    public void A_null_view_with_a_length_is_refused(string export)
    {
        var takesView = Exports().Single(method => method.Name == export).GetParameters().Any(parameter => parameter.ParameterType == typeof(ByteView));

        Assert.Equal(Status.NullPointer, Call(export, new ByteView(null, takesView ? 1 : 0)));
    }

    [Fact]
    public void Text_that_is_no_utf8_is_named()
    {
        var bytes = stackalloc byte[] { 0xFF, 0xC0 };
        var bad = new ByteView(bytes, 2);
        OlmAccountHandle* account;
        OlmInboundGroupSessionHandle* session;

        Assert.Equal(Status.InvalidUtf8, NativeMethods.hybrid_olm_verify_signature(bad, default, default));
        Assert.Equal(Status.InvalidUtf8, NativeMethods.hybrid_olm_account_from_pickle(bad, default, &account));
        Assert.Equal(Status.InvalidUtf8, NativeMethods.hybrid_olm_inbound_group_session_new(bad, &session));
    }

    [Fact]
    public void Null_handles_may_be_freed()
    {
        NativeMethods.hybrid_olm_account_free(null);
        NativeMethods.hybrid_olm_session_free(null);
        NativeMethods.hybrid_olm_group_session_free(null);
        NativeMethods.hybrid_olm_inbound_group_session_free(null);
        NativeMethods.hybrid_olm_sas_free(null);
        NativeMethods.hybrid_olm_established_sas_free(null);
        NativeMethods.hybrid_buffer_free(default);

        Assert.Equal(NativeMethods.ABI_VERSION, NativeMethods.hybrid_abi_version());
    }

    static IEnumerable<MethodInfo> Exports() =>
        typeof(NativeMethods).GetMethods(BindingFlags.Static | BindingFlags.NonPublic)
            .Where(method => method.GetCustomAttribute<DllImportAttribute>() is not null);

    /// <summary>Calls an export with one view for every view, null for every pointer, and zero for every number.</summary>
    static Status Call(string export, ByteView view)
    {
        var method = Exports().Single(candidate => candidate.Name == export);
        var arguments = method.GetParameters().Select(parameter => parameter.ParameterType switch
        {
            { IsPointer: true } type => Pointer.Box(null, type),
            var type when type == typeof(ByteView) => view,
            var type => Activator.CreateInstance(type),
        });
        return (Status)method.Invoke(null, [.. arguments])!;
    }
}
