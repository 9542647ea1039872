namespace Hybrid.Mail.Tests;

public class EmailAddressTests
{
    [Theory]
    [InlineData("alice@example.org")]
    [InlineData("Alice.B+tag@Example.org")]
    [InlineData("root@localhost")]
    [InlineData("müller@example.org")]
    public void Addresses_are_kept_as_they_were_written(string text)
    {
        Assert.True(EmailAddress.TryParse(text, out var address));
        Assert.Equal(text, address.Value);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("alice")]
    [InlineData("@example.org")]
    [InlineData("alice@")]
    [InlineData("alice@example.org\r\nBcc: eve@example.org")]
    [InlineData("alice@example.org,eve@example.org")]
    [InlineData("Alice <alice@example.org>")]
    [InlineData("<alice@example.org>")]
    [InlineData("alice @example.org")]
    public void What_is_no_single_address_is_refused(string? text) => Assert.False(EmailAddress.TryParse(text, out _));

    [Fact]
    public void An_address_has_at_most_254_characters()
    {
        Assert.True(EmailAddress.TryParse($"{new string('a', 60)}@{new string('b', 189)}.org", out _));
        Assert.False(EmailAddress.TryParse($"{new string('a', 60)}@{new string('b', 190)}.org", out _));
    }

    [Fact]
    public void Addresses_are_compared_without_their_case()
    {
        Assert.True(EmailAddress.TryParse("Alice@Example.ORG", out var address));

        Assert.Equal("alice@example.org", address.Canonical);
    }
}
