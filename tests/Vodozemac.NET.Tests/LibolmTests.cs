using System.Text.Json;
using static Vodozemac.Tests.Conversation;

namespace Vodozemac.Tests;

/// <summary>Pickles and messages of libolm, the library before vodozemac: what old clients have stored can be moved.</summary>
public sealed class LibolmTests : IDisposable
{
    readonly JsonDocument _vectors = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "vectors", "libolm.json")));

    byte[] Key => Utf8(Text(_vectors.RootElement, "pickle_key"));

    [Fact]
    public void An_account_keeps_its_identity_and_its_one_time_keys()
    {
        var vector = _vectors.RootElement.GetProperty("account");
        using var account = Account.FromLibolmPickle(Text(vector, "pickle"), Key);
        // libolm keeps no seed of the signing key, of which the format of dehydrated devices is made.
        Assert.Equal(VodozemacError.InvalidPickle, Failure(() => account.ToDehydratedDevice(PickleKey)));

        Assert.Equal(new IdentityKeys(Text(vector, "ed25519"), Text(vector, "curve25519")), account.IdentityKeys);
        Assert.Equal(Text(vector, "signature"), account.Sign(Utf8(Text(vector, "signed"))));
        Assert.Equal(
            vector.GetProperty("one_time_keys").EnumerateArray().Select(key => key.GetString()!).Order(),
            account.OneTimeKeys.Values.Order());
        var inbound = account.CreateInboundSession(Text(vector, "sender"), Message(vector.GetProperty("pre_key_message")));
        using var session = inbound.Session;
        Assert.Equal(Utf8(Text(vector, "plaintext")), inbound.Plaintext);
        Assert.Equal(1, account.StoredOneTimeKeyCount);
    }

    [Fact]
    public void A_session_reads_what_was_skipped_and_what_comes_next()
    {
        var vector = _vectors.RootElement.GetProperty("session");
        using var session = Session.FromLibolmPickle(Text(vector, "pickle"), Key);

        Assert.Equal(Text(vector, "id"), session.Id);
        Assert.Equal(2, vector.GetProperty("messages").GetArrayLength());
        foreach (var message in vector.GetProperty("messages").EnumerateArray())
            Assert.Equal(Utf8(Text(message, "plaintext")), session.Decrypt(Message(message)));
        Assert.Equal(VodozemacError.MissingMessageKey, Failure(() => session.Decrypt(Message(vector.GetProperty("used")))));
        Assert.Equal(OlmMessageType.Normal, session.Encrypt("answer"u8).Type);
    }

    [Fact]
    public void Group_sessions_are_the_same_afterwards()
    {
        var vector = _vectors.RootElement.GetProperty("group_session");
        var inbound = _vectors.RootElement.GetProperty("inbound_group_session");
        using var sender = GroupSession.FromLibolmPickle(Text(vector, "pickle"), Key);
        using var pickled = InboundGroupSession.FromLibolmPickle(Text(inbound, "pickle"), Key);
        using var shared = new InboundGroupSession(Text(inbound, "session_key"));

        Assert.Equal(Text(vector, "id"), sender.Id);
        Assert.Equal(vector.GetProperty("message_index").GetUInt32(), sender.MessageIndex);
        Assert.Equal(SessionOrdering.Equal, pickled.CompareWith(shared));
        foreach (var message in inbound.GetProperty("messages").EnumerateArray())
        {
            var decrypted = pickled.Decrypt(Text(message, "ciphertext"));
            Assert.Equal(Utf8(Text(message, "plaintext")), decrypted.Plaintext);
            Assert.Equal(message.GetProperty("message_index").GetUInt32(), decrypted.MessageIndex);
        }

        Assert.Equal("next"u8, shared.Decrypt(sender.Encrypt("next"u8)).Plaintext);
    }

    [Fact]
    public void A_backup_key_reads_what_libolm_wrote()
    {
        var vector = _vectors.RootElement.GetProperty("backup");
        using var key = MegolmBackupV1Key.FromLibolmPickle(Text(vector, "pickle"), Key);

        Assert.Equal(Text(vector, "public_key"), key.PublicKey);
        Assert.Equal(Convert.FromBase64String(Text(vector, "secret_key")), key.ToBytes());
        var message = new MegolmBackupV1Message(Text(vector, "ciphertext"), Text(vector, "mac"), Text(vector, "ephemeral"));
        Assert.Equal(Utf8(Text(vector, "plaintext")), key.Decrypt(message));
    }

    [Fact]
    public void Another_key_opens_none_of_them()
    {
        var root = _vectors.RootElement;
        string Pickle(string name) => Text(root.GetProperty(name), "pickle");

        Assert.Equal(VodozemacError.InvalidPickle, Failure(() => Account.FromLibolmPickle(Pickle("account"), "x"u8)));
        Assert.Equal(VodozemacError.InvalidPickle, Failure(() => Session.FromLibolmPickle(Pickle("session"), "x"u8)));
        Assert.Equal(VodozemacError.InvalidPickle, Failure(() => GroupSession.FromLibolmPickle(Pickle("group_session"), "x"u8)));
        Assert.Equal(VodozemacError.InvalidPickle, Failure(() => InboundGroupSession.FromLibolmPickle(Pickle("inbound_group_session"), "x"u8)));
        Assert.Equal(VodozemacError.InvalidPickle, Failure(() => MegolmBackupV1Key.FromLibolmPickle(Pickle("backup"), "x"u8)));
    }

    public void Dispose() => _vectors.Dispose();

    static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;

    static OlmMessage Message(JsonElement element) =>
        new((OlmMessageType)element.GetProperty("type").GetInt32(), Text(element, "body"));
}
