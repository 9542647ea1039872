using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Hybrid.Mail.Tests;

/// <summary>A certificate authority, and a certificate of it for 127.0.0.1; its PEM file goes with the test.</summary>
sealed class TestAuthority : IDisposable
{
    readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    readonly ECDsa _serverKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    readonly X509Certificate2 _authority;

    public TestAuthority()
    {
        var (from, to) = (DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var request = new CertificateRequest("CN=Test authority", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        _authority = request.CreateSelfSigned(from, to);
        var server = new CertificateRequest("CN=mail", _serverKey, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(System.Net.IPAddress.Loopback);
        server.CertificateExtensions.Add(names.Build());
        using var signed = server.Create(_authority, from, to, [1, 2, 3, 4]);
        Certificate = signed.CopyWithPrivateKey(_serverKey);
        File.WriteAllText(Path, _authority.ExportCertificatePem());
    }

    public string Path { get; } = System.IO.Path.GetTempFileName();

    public X509Certificate2 Certificate { get; }

    public void Dispose()
    {
        File.Delete(Path);
        Certificate.Dispose();
        _authority.Dispose();
        _key.Dispose();
        _serverKey.Dispose();
    }
}
