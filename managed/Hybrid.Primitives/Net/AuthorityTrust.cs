using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Hybrid.Primitives.Net;

/// <summary>Whether the certificate of a server that this one connects to is trusted: by the system, or by authorities that the operator adds.</summary>
public static class AuthorityTrust
{
    /// <summary>The verdict for a callback of .NET's TLS; a name that does not fit is never trusted.</summary>
    /// <param name="certificate">The server's certificate.</param>
    /// <param name="chain">How the system went about it.</param>
    /// <param name="errors">What the system says.</param>
    /// <param name="authorities">The operator's authorities.</param>
    public static bool IsTrusted(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors, X509Certificate2Collection authorities)
    {
        if (errors == SslPolicyErrors.None)
            return true;
        if (errors != SslPolicyErrors.RemoteCertificateChainErrors || authorities.Count == 0 || certificate is not X509Certificate2 leaf)
            return false;

        using var own = new X509Chain();
        own.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        own.ChainPolicy.CustomTrustStore.AddRange(authorities);
        own.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        foreach (var element in chain?.ChainElements ?? Enumerable.Empty<X509ChainElement>())
            own.ChainPolicy.ExtraStore.Add(element.Certificate);
        return own.Build(leaf);
    }
}
