using System.Text;

namespace Hybrid.Native.Tests.Boundary;

/// <summary>What every export makes of arguments that are wrong in one place and right in all others.</summary>
public class HostileInputTests
{
    const int Deep = 100_000;

    public static TheoryData<string> EveryExport => [.. NativeCall.Exports.Select(method => method.Name)];

    public static TheoryData<string> EveryExportWithLengths =>
        [.. NativeCall.Exports
            .Where(method => method.GetParameters().Any(parameter => parameter.Name == "lengths"))
            .Select(method => method.Name)];

    /// <summary>Without this, the other tests could be right for the wrong reason.</summary>
    [Theory]
    [MemberData(nameof(EveryExport))]
    public void Arguments_that_it_takes_are_taken(string export) => Assert.Equal(Status.Ok, new NativeCall(export).Invoke());

    [Theory]
    [MemberData(nameof(EveryExport))]
    public void Null_is_refused_wherever_a_pointer_is_needed(string export)
    {
        var call = new NativeCall(export);
        Assert.All(call.Pointers, pointer => Assert.Equal(Status.NullPointer, call.InvokeWithNull(pointer)));
        Assert.All(call.Views, view => Assert.Equal(Status.NullPointer, call.InvokeWithNullView(view)));
    }

    [Theory]
    [MemberData(nameof(EveryExport))]
    public void Bytes_of_any_kind_cause_no_panic(string export)
    {
        var call = new NativeCall(export);
        Assert.All(call.Views, view =>
        {
            foreach (var bytes in Hostile(NativeCall.Valid(export, view)))
                Assert.NotEqual(Status.Panic, call.InvokeWith(view, bytes));
        });
    }

    [Theory]
    [MemberData(nameof(EveryExport))]
    public void Text_that_is_no_utf8_is_never_taken_for_text(string export)
    {
        string[] texts =
        [
            "room_version", "server", "entity", "key_id", "public_key", "user_id", "display_name", "room_id", "version", "phc",
        ];
        var call = new NativeCall(export);
        Assert.All(
            call.Views.Intersect(texts),
            view => Assert.Equal(Status.InvalidUtf8, call.InvokeWith(view, [.. NativeCall.Valid(export, view), 0xFF])));
    }

    [Theory]
    [MemberData(nameof(EveryExport))]
    public void Nesting_ends_at_a_limit(string export)
    {
        var call = new NativeCall(export);
        var json = call.Views.Intersect(["json", "template", "event", "auth_events", "keys"]);
        Assert.All(json, view =>
        {
            foreach (var (open, close) in new[] { ("""{"a":""", "}"), ("[", "]") })
            {
                var refusal = call.InvokeWith(view, Nested(open, close));
                Assert.True(refusal is not (Status.Ok or Status.Panic), $"{view}: {refusal}");
            }

            // Push conditions look at no array within an array: what is in there is skipped, without recursion.
            var status = call.InvokeWith(view, Nested("""{"a":[""", "]}"));
            Assert.True(status is not Status.Panic && (status is not Status.Ok || export.StartsWith("hybrid_push_", StringComparison.Ordinal)));
        });
    }

    [Theory]
    [MemberData(nameof(EveryExportWithLengths))]
    public void Lengths_add_up_to_the_bytes_or_are_refused(string export)
    {
        var call = new NativeCall(export);
        var whole = NativeCall.Valid(export, "events").Length;
        int[][] wrong =
        [
            [whole - 1], [whole + 1], [-1], [int.MinValue], [int.MaxValue], [whole, 1], [whole, -1, 1], [-1, whole + 1],
            [int.MaxValue, int.MaxValue, whole], [0, 0],
        ];
        Assert.All(wrong, lengths => Assert.Equal(Status.InvalidArgument, call.InvokeWithLengths(lengths)));
    }

    [Theory]
    [MemberData(nameof(EveryExport))]
    public void Calls_from_several_threads_do_not_meet(string export)
    {
        // Hashing a password takes 19 MiB and some milliseconds.
        var rounds = export == nameof(NativeMethods.hybrid_password_hash) ? 8 : 400;
        var call = new NativeCall(export);
        var views = call.Views.ToArray();
        Parallel.For(0, rounds, new ParallelOptions { MaxDegreeOfParallelism = 8 }, round =>
        {
            if (round % 2 == 0 || views.Length == 0)
                Assert.Equal(Status.Ok, call.Invoke());
            else
                Assert.Equal(Status.NullPointer, call.InvokeWithNullView(views[round % views.Length]));
        });
    }

    [Fact]
    public void The_words_of_a_failure_are_those_of_its_thread() =>
        Parallel.For(0, 400, new ParallelOptions { MaxDegreeOfParallelism = 8 }, round =>
        {
            var text = round % 2 == 0 ? "[1.5]" : "[1";
            var failure = Assert.Throws<NativeException>(() => CanonicalJson.Canonicalize(Encoding.UTF8.GetBytes(text)));
            Assert.Equal(round % 2 == 0 ? NativeStatus.JsonNumber : NativeStatus.JsonSyntax, failure.Status);
            Assert.Contains(round % 2 == 0 ? "integer" : "not JSON", failure.Message, StringComparison.Ordinal);
        });

    static byte[] Nested(string open, string close) =>
        Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(open, Deep)) + "1" + string.Concat(Enumerable.Repeat(close, Deep)));

    static IEnumerable<byte[]> Hostile(byte[] valid)
    {
        yield return [];
        yield return [0];
        yield return [0xFF, 0xC0, 0x80];
        yield return [.. valid, .. valid];
        yield return valid[..(valid.Length / 2)];
        yield return valid[..^1];
        yield return [.. valid, 0];
        yield return [.. valid.Select(static value => (byte)~value)];
        yield return Enumerable.Repeat((byte)'a', 1 << 20).ToArray();
        yield return Enumerable.Repeat((byte)'"', 1 << 16).ToArray();
        yield return Enumerable.Repeat((byte)'$', 1 << 16).ToArray();
    }
}
