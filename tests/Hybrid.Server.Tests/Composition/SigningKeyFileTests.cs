using Hybrid.Server.Commands;
using Hybrid.Server.Composition;
using Xunit;

namespace Hybrid.Server.Tests.Composition;

public sealed class SigningKeyFileTests : IDisposable
{
    static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000);

    readonly TemporaryFolder _folder = new();

    [Fact]
    public void A_key_is_made_once()
    {
        using var made = SigningKeyFile.LoadOrCreate(_folder.Path).Current;
        using var read = SigningKeyFile.LoadOrCreate(_folder.Path).Current;

        Assert.Equal((made.KeyId, made.PublicKeyBase64), (read.KeyId, read.PublicKeyBase64));
    }

    [Fact]
    public void A_key_of_Synapse_is_taken()
    {
        _folder.Write(SigningKeyFile.Name, "ed25519 a_synp YJDBA9Xnr2sVqXD9Vj7XVUnmFZcZrlw8Md7kMW+3XA1\n");

        var keys = SigningKeyFile.LoadOrCreate(_folder.Path);
        using var key = keys.Current;
        Assert.Equal(("ed25519:a_synp", "XGX0JRS2Af3be3knz2fBiRbApjm2Dh61gXDJA8kcJNI"), (key.KeyId, key.PublicKeyBase64));
        Assert.Empty(keys.Retired);
    }

    [Fact]
    public void Rotated_keys_are_kept_without_their_secrets()
    {
        using var first = SigningKeyFile.LoadOrCreate(_folder.Path).Current;
        var second = SigningKeyFile.Rotate(_folder.Path, Now);
        var third = SigningKeyFile.Rotate(_folder.Path, Now.AddDays(1));

        var keys = SigningKeyFile.LoadOrCreate(_folder.Path);
        using var current = keys.Current;
        Assert.Equal(third, current.KeyId);
        Assert.Equal([(first.KeyId, Now.ToUnixTimeMilliseconds()), (second, Now.AddDays(1).ToUnixTimeMilliseconds())], keys.Retired.Select(static key => (key.KeyId, key.ExpiredTs)));
        Assert.Equal(first.PublicKeyBase64, keys.Retired[0].PublicKey);
        Assert.DoesNotContain(Convert.ToBase64String(first.ExportSeed()).TrimEnd('='), File.ReadAllText(Path.Combine(_folder.Path, SigningKeyFile.Name)));
        Assert.Equal([SigningKeyFile.Name], Directory.GetFiles(_folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public void Without_a_key_there_is_nothing_to_rotate() =>
        Assert.Throws<CommandException>(() => SigningKeyFile.Rotate(_folder.Path, Now));

    [Theory]
    [InlineData("")]
    [InlineData("ed25519 a_x")]
    [InlineData("ed25519 a_x short")]
    [InlineData("ed25519 a-x YJDBA9Xnr2sVqXD9Vj7XVUnmFZcZrlw8Md7kMW+3XA1")]
    [InlineData("rsa a_x YJDBA9Xnr2sVqXD9Vj7XVUnmFZcZrlw8Md7kMW+3XA1")]
    [InlineData("ed25519 a_x YJDBA9Xnr2sVqXD9Vj7XVUnmFZcZrlw8Md7kMW+3XA1\nexpired soon ed25519 a_y AAAA")]
    [InlineData("ed25519 a_x YJDBA9Xnr2sVqXD9Vj7XVUnmFZcZrlw8Md7kMW+3XA1\ned25519 a_y YJDBA9Xnr2sVqXD9Vj7XVUnmFZcZrlw8Md7kMW+3XA1")]
    public void A_file_that_is_something_else_is_refused(string text)
    {
        _folder.Write(SigningKeyFile.Name, text);

        Assert.Throws<CommandException>(() => SigningKeyFile.Check(_folder.Path));
        Assert.Throws<CommandException>(() => SigningKeyFile.Rotate(_folder.Path, Now));
        Assert.Equal(text, File.ReadAllText(Path.Combine(_folder.Path, SigningKeyFile.Name)));
    }

    public void Dispose() => _folder.Dispose();
}
