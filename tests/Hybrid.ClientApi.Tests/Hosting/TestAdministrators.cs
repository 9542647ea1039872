using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Hybrid.Accounts.Login;
using Hybrid.Primitives;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Hybrid.ClientApi.Tests.Hosting;

/// <summary>Administrators of a test server.</summary>
public static class TestAdministrators
{
    static int _administrators;

    /// <summary>A new administrator, logged in.</summary>
    public static async Task<TestUser> RegisterAdministratorAsync(this TestServer server)
    {
        var name = $"admin{Interlocked.Increment(ref _administrators)}";
        var registration = server.Services.GetRequiredService<AccountRegistration>();
        Assert.Null((await registration.CreateAsync(new AccountRequest(name, "correct horse battery") { IsAdmin = true }, default)).Error);
        var body = new JsonObject
        {
            ["type"] = "m.login.password",
            ["identifier"] = new JsonObject { ["type"] = "m.id.user", ["user"] = name },
            ["password"] = "correct horse battery",
        };
        using var response = await server.Http.PostAsJsonAsync("/_matrix/client/v3/login", body);
        var answer = (await response.Content.ReadFromJsonAsync<JsonObject>())!;
        return new TestUser(server, UserId.Parse((string)answer["user_id"]!), (string)answer["access_token"]!, (string)answer["device_id"]!);
    }
}
