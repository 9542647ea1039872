namespace Hybrid.Native;

/// <summary>
/// Why a native call failed. The same names and numbers as <c>Status</c> in <c>native/hybrid-ffi/src/status.rs</c>, where each
/// is explained; a test compares the two.
/// </summary>
public enum NativeStatus
{
    Ok = 0,
    NullPointer = 1,
    InvalidUtf8 = 2,
    Panic = 3,
    InvalidArgument = 4,

    JsonSyntax = 100,
    JsonNumber = 101,
    JsonDuplicateKey = 102,
    JsonTooDeep = 103,
    JsonTooLarge = 104,
    JsonShape = 105,

    SigningKeyInvalid = 200,
    SigningSignatureInvalid = 201,

    EventRoomVersionUnknown = 300,
    EventMalformed = 301,
    EventTooLarge = 302,

    AuthEventMalformed = 400,

    PushEventMalformed = 500,
    PushRulesMalformed = 501,

    PasswordHashMalformed = 600,
    PasswordHashTooExpensive = 601,

    OlmInvalidKey = 700,
    OlmNonContributoryKey = 701,
    OlmInvalidSignature = 702,
    OlmMalformedMessage = 703,
    OlmDecryptionFailed = 704,
    OlmMissingMessageKey = 705,
    OlmUnknownMessageIndex = 706,
    OlmMessageGapTooBig = 707,
    OlmUnknownOneTimeKey = 708,
    OlmMismatchedIdentityKey = 709,
    OlmInvalidPickle = 710,
    OlmInvalidSessionKey = 711,
    OlmUnconnectedSessions = 712,
    OlmInvalidMac = 713,
    OlmKeyAlreadyUsed = 714,

    StateNodeMalformed = 800,
    StateNodeInconsistent = 801,
    StateEventOfOtherRoom = 802,
    StateAuthEventMissing = 803,
    StateAuthCycle = 804,
    StateGraphFull = 805,
    StateEventUnknown = 806,
    StateKeyDuplicate = 807,
}
