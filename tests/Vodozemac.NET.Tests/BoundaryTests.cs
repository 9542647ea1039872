using System.Text;

namespace Vodozemac.Tests;

/// <summary>What no caller of the wrappers can do, but a mistake in them could: every export with everything that is wrong.</summary>
public unsafe class BoundaryTests
{
    public static TheoryData<string> FallibleExports => [.. ExportProbe.Fallible];

    [Fact]
    public void The_exports_are_seen() => Assert.True(FallibleExports.Count > 70);

    [Theory]
    [MemberData(nameof(FallibleExports))]
    public void A_null_in_any_place_is_refused(string export)
    {
        using var probe = new ExportProbe();
        for (var index = 0; index < ExportProbe.Parameters(export).Length; index++)
        {
            if (ExportProbe.Parameters(export)[index].ParameterType.IsPointer)
                Assert.Equal(Status.NullPointer, probe.Call(export, default, 0, index));
        }
    }

    [Theory]
    [MemberData(nameof(FallibleExports))]
    public void A_null_view_with_a_length_is_refused(string export)
    {
        using var probe = new ExportProbe();
        if (ExportProbe.Parameters(export).Any(parameter => parameter.ParameterType == typeof(ByteView)))
            Assert.Equal(Status.NullPointer, probe.Call(export, new ByteView(null, 1), 0));
    }

    // Every view gets every text: of no length, of no UTF-8, of no base64, of the length of a key, of a message's form, and long.
    [Theory]
    [MemberData(nameof(FallibleExports))]
    public void No_bytes_cause_a_panic(string export)
    {
        byte[][] inputs =
        [
            [], [0], [0xFF, 0xC0, 0x80], "!"u8.ToArray(), "A"u8.ToArray(), "AAAA"u8.ToArray(), "AwoA"u8.ToArray(), "|"u8.ToArray(),
            "AAAA|AAAA"u8.ToArray(), Text('A', 43), Text('/', 43), Text('A', 32), Text('A', 64), Text('A', 86), Text('A', 306),
            Text('z', 100_000), [.. Enumerable.Range(0, 256).Select(number => (byte)number)],
        ];
        var parameters = ExportProbe.Parameters(export);
        if (!parameters.Any(parameter => parameter.ParameterType == typeof(ByteView)))
            inputs = [[]];
        long[] numbers = parameters.Any(parameter => parameter.ParameterType.IsPrimitive) ? [0, 1, -1, uint.MaxValue, 5001] : [0];
        foreach (var input in inputs)
        {
            fixed (byte* start = input)
            {
                foreach (var number in numbers)
                {
                    // A probe for each call: what one uses up, the next would not reach.
                    using var probe = new ExportProbe();
                    var status = probe.Call(export, new ByteView(start, input.Length), number);
                    Assert.False(status is Status.Panic or Status.NullPointer, $"{status} for {Encoding.Latin1.GetString(input)}");
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(FallibleExports))]
    public void Text_that_is_no_utf8_is_named_where_text_is_wanted(string export)
    {
        // Plaintexts, keys and signed messages are bytes.
        string[] bytesOnly =
        [
            "hybrid_olm_account_sign", "hybrid_olm_session_encrypt", "hybrid_olm_group_session_encrypt",
            "hybrid_olm_established_ecies_encrypt", "hybrid_olm_backup_key_from_bytes", "hybrid_olm_account_to_dehydrated_device",
        ];
        var takesText = !bytesOnly.Contains(export)
            && !export.EndsWith("_pickle", StringComparison.Ordinal) | export.Contains("_from_", StringComparison.Ordinal)
            && ExportProbe.Parameters(export).Any(parameter => parameter.ParameterType == typeof(ByteView));
        var bytes = stackalloc byte[] { 0xFF, 0xC0 };
        using var probe = new ExportProbe();

        Assert.Equal(takesText, probe.Call(export, new ByteView(bytes, 2), 0) == Status.InvalidUtf8);
    }

    [Fact]
    public void Null_handles_may_be_freed()
    {
        Assert.Equal(9, ExportProbe.Frees.Count());
        NativeMethods.hybrid_olm_account_free(null);
        NativeMethods.hybrid_olm_session_free(null);
        NativeMethods.hybrid_olm_group_session_free(null);
        NativeMethods.hybrid_olm_inbound_group_session_free(null);
        NativeMethods.hybrid_olm_sas_free(null);
        NativeMethods.hybrid_olm_established_sas_free(null);
        NativeMethods.hybrid_olm_ecies_free(null);
        NativeMethods.hybrid_olm_established_ecies_free(null);
        NativeMethods.hybrid_olm_backup_key_free(null);
        NativeMethods.hybrid_buffer_free(default);

        Assert.Equal(NativeMethods.ABI_VERSION, NativeMethods.hybrid_abi_version());
    }

    static byte[] Text(char character, int length) => Encoding.ASCII.GetBytes(new string(character, length));
}
