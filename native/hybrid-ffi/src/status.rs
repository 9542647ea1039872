//! How a call ended.

/// How a call ended. Blocks of a hundred, one per area, leave room to grow; a number keeps its meaning for good.
///
/// `NativeStatus` in `bindings/Hybrid.Native` lists the same names and numbers; a test compares the two.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// The result is written.
    Ok = 0,
    /// A pointer that must not be null is.
    NullPointer = 1,
    /// Text is no UTF-8.
    InvalidUtf8 = 2,
    /// The native code has a bug; the message names the place.
    Panic = 3,
    /// An argument is outside of what the function takes.
    InvalidArgument = 4,

    /// The text is not JSON.
    JsonSyntax = 100,
    /// A number is not an integer between -(2^53 - 1) and 2^53 - 1.
    JsonNumber = 101,
    /// An object has the same key twice.
    JsonDuplicateKey = 102,
    /// Objects and arrays are nested too deeply.
    JsonTooDeep = 103,
    /// The text is longer than the limit.
    JsonTooLarge = 104,
    /// The JSON has another shape than the function needs.
    JsonShape = 105,

    /// A key has the wrong length, is no base64, or is not on the curve.
    SigningKeyInvalid = 200,
    /// A signature has the wrong length or is no base64.
    SigningSignatureInvalid = 201,

    /// The room version is not one that Hybrid knows.
    EventRoomVersionUnknown = 300,
    /// The event lacks a field, or a field has the wrong type.
    EventMalformed = 301,
    /// The event or one of its fields exceeds the size limits.
    EventTooLarge = 302,

    /// An authorization event cannot be read.
    AuthEventMalformed = 400,

    /// The event that push rules shall look at is not a JSON object.
    PushEventMalformed = 500,
    /// Push rules are not JSON, or not of the shape of a rule set.
    PushRulesMalformed = 501,

    /// A stored password hash is not an Argon2 hash in PHC string format.
    PasswordHashMalformed = 600,
    /// A stored password hash asks for more memory or time than is spent on one.
    PasswordHashTooExpensive = 601,

    /// A public key is no base64, has the wrong length or is not on the curve.
    OlmInvalidKey = 700,
    /// A key of the other side would make the shared secret predictable.
    OlmNonContributoryKey = 701,
    /// A signature is malformed, or not one of this key over this message.
    OlmInvalidSignature = 702,
    /// A message is no base64 or not of the protocol's form.
    OlmMalformedMessage = 703,
    /// A message was made with another session, or changed on the way.
    OlmDecryptionFailed = 704,
    /// The key for an Olm message was used already, or is discarded.
    OlmMissingMessageKey = 705,
    /// The session knows only messages with a higher index.
    OlmUnknownMessageIndex = 706,
    /// A message is too far ahead of the last one.
    OlmMessageGapTooBig = 707,
    /// A pre-key message uses a one-time key that the account does not have, or no longer.
    OlmUnknownOneTimeKey = 708,
    /// A pre-key message names another sender than the caller expects.
    OlmMismatchedIdentityKey = 709,
    /// A pickle is malformed, or its key is not the one that encrypted it.
    OlmInvalidPickle = 710,
    /// The key of a Megolm session is malformed or its signature is wrong.
    OlmInvalidSessionKey = 711,
    /// Two Megolm sessions are not the same one.
    OlmUnconnectedSessions = 712,
    /// The MAC of a verification is malformed or wrong.
    OlmInvalidMac = 713,
    /// The own key of a verification or of a secure channel serves once, and was used already.
    OlmKeyAlreadyUsed = 714,

    /// Bytes are no node of a state map, or another one than their hash names.
    StateNodeMalformed = 800,
    /// A node of a state map does not fit below its parent.
    StateNodeInconsistent = 801,
    /// An event is of another room than the graph.
    StateEventOfOtherRoom = 802,
    /// An event names an auth event that is missing.
    StateAuthEventMissing = 803,
    /// Events authorize each other in a circle.
    StateAuthCycle = 804,
    /// The graph holds as many events as it can.
    StateGraphFull = 805,
    /// A number is not that of an event of the graph.
    StateEventUnknown = 806,
    /// A state has two events for a type and state key.
    StateKeyDuplicate = 807,
}
