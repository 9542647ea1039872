using System.Text.RegularExpressions;

namespace Vodozemac.Tests;

public partial class ReadmeTests
{
    // The example of the package's README, kept word for word between the two markers.
    [Fact]
    public void The_example_works()
    {
        // example
        using var alice = new Account();
        using var bob = new Account();

        // Bob publishes a one-time key; Alice begins a session with it.
        var oneTimeKey = bob.GenerateOneTimeKeys(1).Created[0];
        bob.MarkKeysAsPublished();
        using var toBob = alice.CreateOutboundSession(bob.Curve25519Key, oneTimeKey);
        OlmMessage message = toBob.Encrypt("Hello, Bob"u8);

        // Bob begins his side with her first message, and answers.
        var inbound = bob.CreateInboundSession(alice.Curve25519Key, message);
        using var toAlice = inbound.Session;
        byte[] answer = toBob.Decrypt(toAlice.Encrypt("Hello, Alice"u8));

        // A room: the sender shares the session key over Olm, everybody reads.
        using var sender = new GroupSession();
        using var reader = new InboundGroupSession(sender.SessionKey);
        DecryptedMessage decrypted = reader.Decrypt(sender.Encrypt("Hello, room"u8));

        // Storage: 32 random bytes encrypt a pickle.
        byte[] key = System.Security.Cryptography.RandomNumberGenerator.GetBytes(32);
        string pickle = sender.Pickle(key);
        using var restored = GroupSession.FromPickle(pickle, key);
        // end of example

        Assert.Equal("Hello, Bob"u8, inbound.Plaintext);
        Assert.Equal("Hello, Alice"u8, answer);
        Assert.Equal("Hello, room"u8, decrypted.Plaintext);
        Assert.Equal(sender.Id, restored.Id);
    }

    [Fact]
    public void The_readme_has_the_example_that_is_tested()
    {
        var readme = Lines(Fence().Match(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "README.md"))).Groups["code"].Value);
        var tested = Lines(Example().Match(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "ReadmeTests.cs"))).Groups["code"].Value);

        Assert.Equal("using Vodozemac;", readme[0]);
        Assert.Equal(tested, readme[1..]);
        Assert.True(tested.Length > 15);
    }

    static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    [GeneratedRegex("```csharp\n(?<code>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex("        // example\n(?<code>.*?)        // end of example\n", RegexOptions.Singleline)]
    private static partial Regex Example();
}
