using System.Reflection;

namespace Vodozemac.Tests;

/// <summary>Every member of every object, after the object is disposed.</summary>
public sealed class DisposedTests
{
    static readonly byte[] Key = Conversation.PickleKey;

    static readonly Dictionary<string, Action<Objects>> Members = new(StringComparer.Ordinal)
    {
        ["Account.IdentityKeys"] = objects => _ = objects.Account.IdentityKeys,
        ["Account.Ed25519Key"] = objects => _ = objects.Account.Ed25519Key,
        ["Account.Curve25519Key"] = objects => _ = objects.Account.Curve25519Key,
        ["Account.MaxOneTimeKeys"] = objects => _ = objects.Account.MaxOneTimeKeys,
        ["Account.StoredOneTimeKeyCount"] = objects => _ = objects.Account.StoredOneTimeKeyCount,
        ["Account.OneTimeKeys"] = objects => _ = objects.Account.OneTimeKeys,
        ["Account.FallbackKey"] = objects => _ = objects.Account.FallbackKey,
        ["Account.Sign"] = objects => objects.Account.Sign("x"u8),
        ["Account.GenerateOneTimeKeys"] = objects => objects.Account.GenerateOneTimeKeys(1),
        ["Account.GenerateFallbackKey"] = objects => objects.Account.GenerateFallbackKey(),
        ["Account.ForgetFallbackKey"] = objects => objects.Account.ForgetFallbackKey(),
        ["Account.MarkKeysAsPublished"] = objects => objects.Account.MarkKeysAsPublished(),
        ["Account.CreateOutboundSession"] = objects => objects.Account.CreateOutboundSession("", ""),
        ["Account.CreateInboundSession"] = objects => objects.Account.CreateInboundSession("", new OlmMessage(OlmMessageType.PreKey, "")),
        ["Account.Pickle"] = objects => objects.Account.Pickle(Key),
        ["Account.ToLibolmPickle"] = objects => objects.Account.ToLibolmPickle(Key),
        ["Account.ToDehydratedDevice"] = objects => objects.Account.ToDehydratedDevice(Key),
        ["Session.Id"] = objects => _ = objects.Session.Id,
        ["Session.Keys"] = objects => _ = objects.Session.Keys,
        ["Session.HasReceivedMessage"] = objects => _ = objects.Session.HasReceivedMessage,
        ["Session.Matches"] = objects => objects.Session.Matches(new OlmMessage(OlmMessageType.PreKey, "")),
        ["Session.Encrypt"] = objects => objects.Session.Encrypt("x"u8),
        ["Session.Decrypt"] = objects => objects.Session.Decrypt(new OlmMessage(OlmMessageType.Normal, "")),
        ["Session.Pickle"] = objects => objects.Session.Pickle(Key),
        ["GroupSession.Id"] = objects => _ = objects.Sender.Id,
        ["GroupSession.MessageIndex"] = objects => _ = objects.Sender.MessageIndex,
        ["GroupSession.SessionKey"] = objects => _ = objects.Sender.SessionKey,
        ["GroupSession.Encrypt"] = objects => objects.Sender.Encrypt("x"u8),
        ["GroupSession.Pickle"] = objects => objects.Sender.Pickle(Key),
        ["InboundGroupSession.Id"] = objects => _ = objects.Reader.Id,
        ["InboundGroupSession.FirstKnownIndex"] = objects => _ = objects.Reader.FirstKnownIndex,
        ["InboundGroupSession.Decrypt"] = objects => objects.Reader.Decrypt(""),
        ["InboundGroupSession.ExportAt"] = objects => objects.Reader.ExportAt(0),
        ["InboundGroupSession.ExportAtFirstKnownIndex"] = objects => objects.Reader.ExportAtFirstKnownIndex(),
        ["InboundGroupSession.AdvanceTo"] = objects => objects.Reader.AdvanceTo(1),
        ["InboundGroupSession.CompareWith"] = objects => objects.Reader.CompareWith(objects.OtherReader),
        ["InboundGroupSession.IsConnectedWith"] = objects => objects.Reader.IsConnectedWith(objects.OtherReader),
        ["InboundGroupSession.Merge"] = objects => objects.Reader.Merge(objects.OtherReader),
        ["InboundGroupSession.Pickle"] = objects => objects.Reader.Pickle(Key),
        ["Sas.PublicKey"] = objects => _ = objects.Sas.PublicKey,
        ["Sas.DiffieHellman"] = objects => objects.Sas.DiffieHellman(""),
        ["EstablishedSas.OurPublicKey"] = objects => _ = objects.EstablishedSas.OurPublicKey,
        ["EstablishedSas.TheirPublicKey"] = objects => _ = objects.EstablishedSas.TheirPublicKey,
        ["EstablishedSas.Bytes"] = objects => objects.EstablishedSas.Bytes(""),
        ["EstablishedSas.EmojiIndices"] = objects => objects.EstablishedSas.EmojiIndices(""),
        ["EstablishedSas.Decimals"] = objects => objects.EstablishedSas.Decimals(""),
        ["EstablishedSas.CalculateMac"] = objects => objects.EstablishedSas.CalculateMac("", ""),
        ["EstablishedSas.VerifyMac"] = objects => objects.EstablishedSas.VerifyMac("", "", ""),
        ["EstablishedSas.CalculateMacInvalidBase64"] = objects => objects.EstablishedSas.CalculateMacInvalidBase64("", ""),
        ["EstablishedSas.VerifyMacInvalidBase64"] = objects => objects.EstablishedSas.VerifyMacInvalidBase64("", "", ""),
        ["Ecies.PublicKey"] = objects => _ = objects.Ecies.PublicKey,
        ["Ecies.EstablishOutboundChannel"] = objects => objects.Ecies.EstablishOutboundChannel("", "x"u8),
        ["Ecies.EstablishInboundChannel"] = objects => objects.Ecies.EstablishInboundChannel(""),
        ["EstablishedEcies.PublicKey"] = objects => _ = objects.Channel.PublicKey,
        ["EstablishedEcies.CheckCode"] = objects => _ = objects.Channel.CheckCode,
        ["EstablishedEcies.CheckCodeBytes"] = objects => objects.Channel.CheckCodeBytes(),
        ["EstablishedEcies.Encrypt"] = objects => objects.Channel.Encrypt("x"u8),
        ["EstablishedEcies.Decrypt"] = objects => objects.Channel.Decrypt(""),
        ["MegolmBackupV1Key.PublicKey"] = objects => _ = objects.BackupKey.PublicKey,
        ["MegolmBackupV1Key.ToBytes"] = objects => objects.BackupKey.ToBytes(),
        ["MegolmBackupV1Key.Decrypt"] = objects => objects.BackupKey.Decrypt(new MegolmBackupV1Message("", "", "")),
        ["MegolmBackupV1Key.ToLibolmPickle"] = objects => objects.BackupKey.ToLibolmPickle(Key),
    };

    public static TheoryData<string> Names => [.. Members.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void What_is_disposed_is_not_used_again(string member)
    {
        var objects = new Objects();
        objects.Dispose();

        Assert.Throws<ObjectDisposedException>(() => Members[member](objects));
    }

    // When this fails, a new member has no line above.
    [Fact]
    public void No_member_is_left_out()
    {
        var members = typeof(Account).Assembly.GetExportedTypes()
            .Where(type => type.IsAssignableTo(typeof(IDisposable)))
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
                .Where(method => method.Name != nameof(IDisposable.Dispose))
                .Select(method => $"{type.Name}.{(method.IsSpecialName ? method.Name[4..] : method.Name)}"));

        Assert.Equal(members.Order(StringComparer.Ordinal), Members.Keys.Order(StringComparer.Ordinal));
    }

    sealed class Objects : IDisposable
    {
        public Objects()
        {
            Session = Account.CreateOutboundSession(Account.Curve25519Key, Account.GenerateOneTimeKeys(1).Created[0]);
            Reader = new InboundGroupSession(Sender.SessionKey);
            OtherReader = new InboundGroupSession(Sender.SessionKey);
            using var otherSas = new Sas();
            EstablishedSas = otherSas.DiffieHellman(Sas.PublicKey);
            using var otherEcies = new Ecies();
            Channel = otherEcies.EstablishOutboundChannel(Ecies.PublicKey, []).Channel;
        }

        public Account Account { get; } = new();

        public Session Session { get; }

        public GroupSession Sender { get; } = new();

        public InboundGroupSession Reader { get; }

        public InboundGroupSession OtherReader { get; }

        public Sas Sas { get; } = new();

        public EstablishedSas EstablishedSas { get; }

        public Ecies Ecies { get; } = new();

        public EstablishedEcies Channel { get; }

        public MegolmBackupV1Key BackupKey { get; } = new();

        /// <summary>Disposes everything but the other reader, which a test passes to a disposed one.</summary>
        public void Dispose()
        {
            foreach (var owner in new IDisposable[] { Account, Session, Sender, Reader, Sas, EstablishedSas, Ecies, Channel, BackupKey })
                owner.Dispose();
        }
    }
}
