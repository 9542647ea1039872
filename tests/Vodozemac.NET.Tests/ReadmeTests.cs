using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace Vodozemac.Tests;

public partial class ReadmeTests
{
    // The examples of the package's README, kept word for word between their markers. One follows the other, as there.
    [Fact]
    public void The_examples_work()
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

        // A pre-key message tells which session it belongs to before it is decrypted.
        bool known = toAlice.Matches(message) && SessionKeys.Of(message).SessionId == toAlice.Id;
        // end of example

        Assert.Equal("Hello, Bob"u8, inbound.Plaintext);
        Assert.Equal("Hello, Alice"u8, answer);
        Assert.True(known);

        // example
        // The sender shares the session key over Olm, everybody reads.
        using var sender = new GroupSession();
        using var reader = new InboundGroupSession(sender.SessionKey);
        DecryptedMessage decrypted = reader.Decrypt(sender.Encrypt("Hello, room"u8));

        // A reader passes on what may be read from a message on. Two sessions make the better one.
        using var late = InboundGroupSession.Import(reader.ExportAt(decrypted.MessageIndex + 1));
        using var merged = late.Merge(reader);

        // Forgetting is for good.
        reader.AdvanceTo(1);
        // end of example

        Assert.Equal("Hello, room"u8, decrypted.Plaintext);
        Assert.Equal((1U, 0U, 1U), (late.FirstKnownIndex, merged.FirstKnownIndex, reader.FirstKnownIndex));

        // example
        // 32 random bytes encrypt a pickle. Pickles of libolm can be read, too.
        byte[] key = RandomNumberGenerator.GetBytes(32);
        string pickle = sender.Pickle(key);
        using var restored = GroupSession.FromPickle(pickle, key);

        // A new account can wait on the server, and receive keys while its user has no device there (MSC3814).
        using var waiting = new Account();
        waiting.GenerateFallbackKey();
        DehydratedDevice device = waiting.ToDehydratedDevice(key);
        using var woken = Account.FromDehydratedDevice(device, key);
        // end of example

        Assert.Equal(sender.Id, restored.Id);
        Assert.Equal(waiting.IdentityKeys, woken.IdentityKeys);

        // example
        using var mine = new Sas();
        using var theirs = new Sas();
        using var verification = mine.DiffieHellman(theirs.PublicKey);

        // What both people see, and what is sent when they have agreed. The info texts are those of the specification.
        byte[] emoji = verification.EmojiIndices("MATRIX_KEY_VERIFICATION_SAS|…");
        var (first, second, third) = verification.Decimals("MATRIX_KEY_VERIFICATION_SAS|…");
        string mac = verification.CalculateMac(alice.Ed25519Key, "MATRIX_KEY_VERIFICATION_MAC…");
        bool right = verification.VerifyMac(alice.Ed25519Key, "MATRIX_KEY_VERIFICATION_MAC…", mac);
        // end of example

        Assert.Equal(7, emoji.Length);
        Assert.True(first > 999 && second > 999 && third > 999 && right);

        // example
        // One device shows its key as a QR code; the other scans it and opens the channel (MSC4108).
        using var shown = new Ecies();
        using var scanning = new Ecies();
        var outbound = scanning.EstablishOutboundChannel(shown.PublicKey, "MATRIX_QR_CODE_LOGIN_INITIATE"u8);
        using var scanner = outbound.Channel;
        var accepted = shown.EstablishInboundChannel(outbound.InitialMessage);
        using var shower = accepted.Channel;

        // The scanning device shows this number and the user types it into the other. Only then is the channel secure.
        string checkCode = scanner.CheckCode.ToString("00", CultureInfo.InvariantCulture);

        byte[] secret = shower.Decrypt(scanner.Encrypt("a secret"u8));
        // end of example

        Assert.Equal(2, checkCode.Length);
        Assert.Equal("a secret"u8, secret);

        // example
        // The server keeps what the public key encrypts; only the secret key, the user's recovery key, reads it.
        using var backupKey = new MegolmBackupV1Key();
        MegolmBackupV1Message saved = MegolmBackupV1.Encrypt(backupKey.PublicKey, "session data"u8);
        byte[] recovered = backupKey.Decrypt(saved);
        using var again = new MegolmBackupV1Key(backupKey.ToBytes());
        // end of example

        Assert.Equal("session data"u8, recovered);
        Assert.Equal(backupKey.PublicKey, again.PublicKey);
    }

    [Fact]
    public void The_readme_has_the_examples_that_are_tested()
    {
        var readme = Blocks(Fence(), "README.md").ToList();
        var tested = Blocks(Example(), "ReadmeTests.cs").ToList();

        Assert.Equal("using Vodozemac;", readme[0][0]);
        readme[0] = readme[0][1..];
        Assert.Equal(tested, readme);
        Assert.True(tested.Count > 5);
    }

    static IEnumerable<string[]> Blocks(Regex pattern, string file) =>
        pattern.Matches(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, file)))
            .Select(match => match.Groups["code"].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    [GeneratedRegex("```csharp\n(?<code>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex("        // example\n(?<code>.*?)        // end of example\n", RegexOptions.Singleline)]
    private static partial Regex Example();
}
