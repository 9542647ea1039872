using System.Text.Json.Nodes;
using Hybrid.ClientApi.Tests.Hosting;
using Hybrid.Storage.Accounts;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Hybrid.ClientApi.Tests.Account;

/// <summary>An account that comes with a hash of another making, in the whole server with its real Argon2id.</summary>
public sealed class ImportedPasswordTests(TestServer server) : IClassFixture<TestServer>
{
    /// <summary>Of the word "password", with 256 KiB: from the test suite of the reference implementation.</summary>
    const string Cheap = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";

    [Fact]
    public async Task Its_hash_is_made_anew_with_todays_cost_by_a_login()
    {
        var alice = await server.RegisterAsync();
        var accounts = server.Services.GetRequiredService<IAccountStore>();
        await accounts.SetPasswordHashAsync(alice.UserId, Cheap, default);

        Assert.Equal(403, await LoginAsync("Password"));
        Assert.Equal(Cheap, (await accounts.FindAsync(alice.UserId, default))!.PasswordHash);

        string? stored;
        do
        {
            Assert.Equal(200, await LoginAsync("password"));
            stored = (await accounts.FindAsync(alice.UserId, default))!.PasswordHash;
        }
        while (stored == Cheap);

        Assert.StartsWith("$argon2id$v=19$m=19456,t=2,p=1$", stored, StringComparison.Ordinal);
        Assert.Equal(200, await LoginAsync("password"));

        async Task<int> LoginAsync(string password)
        {
            var body = new JsonObject
            {
                ["type"] = "m.login.password",
                ["identifier"] = new JsonObject { ["type"] = "m.id.user", ["user"] = alice.UserId.Value },
                ["password"] = password,
            };
            using var response = await server.Http.PostAsync("/_matrix/client/v3/login", new StringContent(body.ToJsonString()));
            return (int)response.StatusCode;
        }
    }
}
