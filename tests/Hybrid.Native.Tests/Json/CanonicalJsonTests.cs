using System.Text;
using Hybrid.Native.Tests.Support;

namespace Hybrid.Native.Tests.Json;

public class CanonicalJsonTests
{
    [Fact]
    public void Accepted_texts_take_their_canonical_form() =>
        Assert.All(Vectors.Read("canonical-json.json").Items("accepted"), item =>
        {
            var canonical = CanonicalJson.Canonicalize(Encoding.UTF8.GetBytes(item.Text("input")));
            Assert.Equal(item.Text("canonical"), Encoding.UTF8.GetString(canonical));
        });

    [Fact]
    public void Refused_texts_name_what_is_wrong() =>
        Assert.All(Vectors.Read("canonical-json.json").Items("refused"), item =>
            Assert.Equal(item.Text("status"), StatusOf(Encoding.UTF8.GetBytes(item.Text("input"))).ToString()));

    [Fact]
    public void Bytes_that_are_no_utf8_are_refused() =>
        Assert.Equal(NativeStatus.InvalidUtf8, StatusOf([(byte)'"', 0xFF, (byte)'"']));

    [Fact]
    public void Nesting_and_length_stop_at_their_limits()
    {
        Assert.Equal(NativeStatus.JsonTooDeep, StatusOf(Encoding.UTF8.GetBytes(new string('[', 200_000))));
        var spaces = new byte[(32 << 20) + 1];
        spaces.AsSpan().Fill((byte)' ');
        Assert.Equal(NativeStatus.JsonTooLarge, StatusOf(spaces));
    }

    [Fact]
    public void The_exception_names_the_place() =>
        Assert.Contains("at byte 5", Assert.Throws<NativeException>(() => CanonicalJson.Canonicalize("{\"a\" 1}"u8)).Message);

    static NativeStatus StatusOf(byte[] json) => Assert.Throws<NativeException>(() => CanonicalJson.Canonicalize(json)).Status;
}
