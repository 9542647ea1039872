using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Hybrid.Tests.Shared;

/// <summary>A certificate authority of a test, and the certificates that it issues; everything in one folder, which goes with the test.</summary>
public sealed class TestCertificates : IDisposable
{
    readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    readonly string _folder = Directory.CreateTempSubdirectory("hybrid-ca-").FullName;
    readonly X509Certificate2 _authority;
    int _issued;

    public TestCertificates()
    {
        var request = new CertificateRequest("CN=Hybrid test authority", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        _authority = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        AuthorityPath = Path.Combine(_folder, "ca.pem");
        File.WriteAllText(AuthorityPath, _authority.ExportCertificatePem());
    }

    /// <summary>The authority's certificate, as <c>federation_ca</c> takes it.</summary>
    public string AuthorityPath { get; }

    /// <summary>The authority's certificate.</summary>
    public X509Certificate2Collection Authorities => [_authority];

    /// <summary>PEM files of a certificate for these host names and IP addresses, and of its key.</summary>
    public (string Certificate, string Key) IssueFiles(params string[] names)
    {
        using var certificate = Issue(names);
        var path = Path.Combine(_folder, $"{Interlocked.Increment(ref _issued)}");
        File.WriteAllText(path + ".pem", certificate.ExportCertificatePem());
        using var key = certificate.GetECDsaPrivateKey()!;
        File.WriteAllText(path + ".key", key.ExportPkcs8PrivateKeyPem());
        return (path + ".pem", path + ".key");
    }

    /// <summary>A certificate for these host names and IP addresses, with its key.</summary>
    public X509Certificate2 Issue(params string[] names)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={names[0]}", key, HashAlgorithmName.SHA256);
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var name in names)
        {
            if (IPAddress.TryParse(name, out var address))
                alternatives.AddIpAddress(address);
            else
                alternatives.AddDnsName(name);
        }

        request.CertificateExtensions.Add(alternatives.Build());
        using var signed = request.Create(_authority, _authority.NotBefore, _authority.NotAfter, RandomNumberGenerator.GetBytes(8));
        return signed.CopyWithPrivateKey(key);
    }

    public void Dispose()
    {
        _authority.Dispose();
        _key.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
