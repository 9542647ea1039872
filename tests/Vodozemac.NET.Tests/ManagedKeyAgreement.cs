using System.Security.Cryptography;
using Org.BouncyCastle.Math.EC.Rfc7748;

namespace Vodozemac.Tests;

/// <summary>A Curve25519 key in managed code, to check formats against what the specification says and not against vodozemac itself.</summary>
sealed class ManagedKeyAgreement
{
    readonly byte[] _secret = RandomNumberGenerator.GetBytes(X25519.ScalarSize);

    public ManagedKeyAgreement() => X25519.GeneratePublicKey(_secret, 0, Public, 0);

    public byte[] Secret => [.. _secret];

    public byte[] Public { get; } = new byte[X25519.PointSize];

    public byte[] Agree(string theirKey)
    {
        var shared = new byte[X25519.PointSize];
        Assert.True(X25519.CalculateAgreement(_secret, 0, Decode(theirKey), 0, shared, 0));
        return shared;
    }

    /// <summary>Unpadded base64, as Matrix has it.</summary>
    public static string Encode(ReadOnlySpan<byte> bytes) => Convert.ToBase64String(bytes).TrimEnd('=');

    public static byte[] Decode(string base64) => Convert.FromBase64String(base64.PadRight((base64.Length + 3) / 4 * 4, '='));
}
