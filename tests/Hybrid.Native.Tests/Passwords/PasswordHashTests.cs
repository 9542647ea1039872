namespace Hybrid.Native.Tests.Passwords;

public class PasswordHashTests
{
    [Fact]
    public void A_hash_verifies_its_password_and_no_other()
    {
        var phc = PasswordHash.Create("correct horse"u8);

        Assert.StartsWith("$argon2id$v=19$m=19456,t=2,p=1$", phc, StringComparison.Ordinal);
        Assert.True(PasswordHash.Verify(phc, "correct horse"u8));
        Assert.False(PasswordHash.Verify(phc, "correct horsf"u8));
        Assert.False(PasswordHash.Verify(phc, []));
        Assert.False(PasswordHash.NeedsRehash(phc));
    }

    [Fact]
    public void Every_hash_has_its_own_salt() =>
        Assert.NotEqual(PasswordHash.Create("same"u8), PasswordHash.Create("same"u8));

    [Fact]
    public void An_empty_password_and_any_bytes_are_passwords_too()
    {
        byte[] bytes = [0, 0xFF, 0xFE, 0];

        Assert.True(PasswordHash.Verify(PasswordHash.Create([]), []));
        Assert.True(PasswordHash.Verify(PasswordHash.Create(bytes), bytes));
    }

    // From the reference implementation's own test suite: other servers' hashes can be imported.
    [Theory]
    [InlineData("$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc", false)]
    [InlineData("$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4", true)]
    [InlineData("$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$wWKIMhR9lyDFvRz9YTZweHKfbftvj+qf+YFY4NeBbtA", true)]
    public void Hashes_of_the_reference_implementation_verify(string phc, bool needsRehash)
    {
        Assert.True(PasswordHash.Verify(phc, "password"u8));
        Assert.False(PasswordHash.Verify(phc, "Password"u8));
        Assert.Equal(needsRehash, PasswordHash.NeedsRehash(phc));
    }

    [Theory]
    [InlineData("", NativeStatus.PasswordHashMalformed)]
    [InlineData("password", NativeStatus.PasswordHashMalformed)]
    [InlineData("$2b$12$abcdefghijklmnopqrstuv", NativeStatus.PasswordHashMalformed)]
    [InlineData("$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ", NativeStatus.PasswordHashMalformed)]
    [InlineData("$argon2id$v=19$m=4194304,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc", NativeStatus.PasswordHashTooExpensive)]
    public void A_stored_text_that_is_no_affordable_hash_is_an_error_of_its_own(string phc, NativeStatus status)
    {
        Assert.Equal(status, Assert.Throws<NativeException>(() => PasswordHash.Verify(phc, "p"u8)).Status);
        Assert.Equal(status, Assert.Throws<NativeException>(() => PasswordHash.NeedsRehash(phc)).Status);
    }

    [Fact]
    public void Hashes_can_be_made_in_parallel()
    {
        var hashes = new string[8];

        Parallel.For(0, hashes.Length, index => hashes[index] = PasswordHash.Create([(byte)index]));

        for (var index = 0; index < hashes.Length; index++)
            Assert.True(PasswordHash.Verify(hashes[index], [(byte)index]));
    }
}
