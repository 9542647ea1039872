namespace Vodozemac;

/// <summary>Why an operation failed. Numbers are stable.</summary>
public enum VodozemacError
{
    /// <summary>No failure; never in an exception.</summary>
    None = 0,

    /// <summary>A bug in the wrapper: it passed no pointer.</summary>
    NullPointer = 1,

    /// <summary>A bug in the wrapper: it passed text that is no UTF-8.</summary>
    InvalidUtf8 = 2,

    /// <summary>A bug in the native code. The object must not be used any more.</summary>
    Internal = 3,

    /// <summary>A pickle key that has not 32 bytes, too many keys or bytes asked for, or an object compared with itself.</summary>
    InvalidArgument = 4,

    /// <summary>A public key is no base64, has the wrong length or is not on the curve.</summary>
    InvalidKey = 700,

    /// <summary>A key of the other side would make the shared secret predictable.</summary>
    NonContributoryKey = 701,

    /// <summary>A signature is malformed, or not one of this key over this message.</summary>
    InvalidSignature = 702,

    /// <summary>A message is no base64 or not of the protocol's form, or no pre-key message where one is needed.</summary>
    MalformedMessage = 703,

    /// <summary>A message was made with another session, or changed on the way.</summary>
    DecryptionFailed = 704,

    /// <summary>The key for an Olm message was used already, or is discarded.</summary>
    MissingMessageKey = 705,

    /// <summary>The session knows only messages with a higher index.</summary>
    UnknownMessageIndex = 706,

    /// <summary>A message is too far ahead of the last one.</summary>
    MessageGapTooBig = 707,

    /// <summary>A pre-key message uses a one-time key that the account does not have, or no longer.</summary>
    UnknownOneTimeKey = 708,

    /// <summary>A pre-key message names another sender than expected.</summary>
    MismatchedIdentityKey = 709,

    /// <summary>A pickle or a dehydrated device is malformed, or its key is not the one that encrypted it.</summary>
    InvalidPickle = 710,

    /// <summary>The key of a Megolm session is malformed or its signature is wrong.</summary>
    InvalidSessionKey = 711,

    /// <summary>Two Megolm sessions are not the same one.</summary>
    UnconnectedSessions = 712,

    /// <summary>The MAC of a verification is malformed or wrong.</summary>
    InvalidMac = 713,

    /// <summary>The own key of a verification or of a secure channel serves once, and was used already.</summary>
    KeyAlreadyUsed = 714,
}
