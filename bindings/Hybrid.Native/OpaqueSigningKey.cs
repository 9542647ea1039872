namespace Hybrid.Native;

/// <summary>What the handle of a <see cref="SigningKey"/> points to; only the native side looks inside.</summary>
struct OpaqueSigningKey;
