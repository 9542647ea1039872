using Hybrid.Native;
using Hybrid.Primitives;

namespace Hybrid.Identity;

/// <summary>In whose name identity servers are spoken to, and where they may be.</summary>
/// <param name="ServerName">This server.</param>
/// <param name="SigningKey">Signs what this server asks; the container does not own it.</param>
/// <param name="AllowPrivateAddresses">Whether an identity server may be on a loopback or private address.</param>
/// <param name="AuthorityPath">PEM file with certificate authorities to trust beside the system's, or null.</param>
public sealed record IdentityOptions(ServerName ServerName, SigningKey SigningKey, bool AllowPrivateAddresses, string? AuthorityPath);
