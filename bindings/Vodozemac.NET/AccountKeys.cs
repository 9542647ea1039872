namespace Vodozemac;

/// <summary>The public identity keys of an account, in unpadded base64.</summary>
/// <param name="Ed25519">Checks the account's signatures: the device's fingerprint.</param>
/// <param name="Curve25519">Identifies the account in sessions.</param>
public readonly record struct IdentityKeys(string Ed25519, string Curve25519);

/// <summary>What <see cref="Account.GenerateOneTimeKeys"/> did.</summary>
/// <param name="Created">The new public keys.</param>
/// <param name="Removed">The oldest public keys, which had to go because an account holds only so many.</param>
public sealed record GeneratedOneTimeKeys(IReadOnlyList<string> Created, IReadOnlyList<string> Removed);

/// <summary>A session made from the first message of the other side, and what that message says.</summary>
public sealed record InboundSession(Session Session, byte[] Plaintext);
