namespace Vodozemac;

/// <summary>The types of Olm messages, as the <c>type</c> of <c>m.olm.v1.curve25519-aes-sha2</c> has them.</summary>
public enum OlmMessageType
{
    /// <summary>Carries what the receiver needs to begin a session.</summary>
    PreKey = 0,

    /// <summary>Sent once the other side is known to have the session.</summary>
    Normal = 1,
}

/// <summary>An encrypted Olm message.</summary>
/// <param name="Type">The <c>type</c> in Matrix's <c>ciphertext</c> object.</param>
/// <param name="Body">The <c>body</c> in it: unpadded base64.</param>
public readonly record struct OlmMessage(OlmMessageType Type, string Body);

/// <summary>A decrypted Megolm message.</summary>
/// <param name="Plaintext">What the message says.</param>
/// <param name="MessageIndex">Its index in the session. Two events with one index are a replay.</param>
public readonly record struct DecryptedMessage(byte[] Plaintext, uint MessageIndex);
