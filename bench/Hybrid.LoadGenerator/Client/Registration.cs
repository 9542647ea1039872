using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Hybrid.LoadGenerator.Client;

/// <summary>Makes users: by the shared-secret API that Synapse defined, or by open registration.</summary>
sealed class Registration(MatrixClient client, string? sharedSecret)
{
    const string Password = "correct horse battery staple";

    // Runs against one server do not meet each other's users.
    readonly string _run = RandomNumberGenerator.GetHexString(8, true);
    int _count;

    public async Task<MatrixUser> RegisterAsync(CancellationToken cancellationToken)
    {
        var name = $"load-{_run}-{Interlocked.Increment(ref _count)}";
        var answer = sharedSecret is null ? await OpenAsync(name, cancellationToken) : await SharedSecretAsync(sharedSecret, name, cancellationToken);
        return new MatrixUser(MatrixClient.ReadText(answer, "user_id"u8)!, MatrixClient.ReadText(answer, "access_token"u8)!);
    }

    Task<byte[]> OpenAsync(string name, CancellationToken cancellationToken) =>
        client.SendAsync(
            HttpMethod.Post, "/_matrix/client/v3/register", null,
            Encoding.UTF8.GetBytes($$$"""{"auth":{"type":"m.login.dummy"},"username":"{{{name}}}","password":"{{{Password}}}"}"""),
            cancellationToken);

    [SuppressMessage("Security", "CA5350", Justification = "The API is defined with HMAC-SHA1.")]
    async Task<byte[]> SharedSecretAsync(string secret, string name, CancellationToken cancellationToken)
    {
        const string Path = "/_synapse/admin/v1/register";
        var nonce = MatrixClient.ReadText(await client.SendAsync(HttpMethod.Get, Path, null, null, cancellationToken), "nonce"u8);
        var message = Encoding.UTF8.GetBytes($"{nonce}\0{name}\0{Password}\0notadmin");
        var mac = Convert.ToHexStringLower(HMACSHA1.HashData(Encoding.UTF8.GetBytes(secret), message));
        return await client.SendAsync(
            HttpMethod.Post, Path, null,
            Encoding.UTF8.GetBytes($$"""{"nonce":"{{nonce}}","username":"{{name}}","password":"{{Password}}","admin":false,"mac":"{{mac}}"}"""),
            cancellationToken);
    }
}
