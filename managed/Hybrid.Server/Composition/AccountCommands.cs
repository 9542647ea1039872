using Hybrid.Accounts.Login;
using Hybrid.Primitives;
using Hybrid.Server.Commands;
using Hybrid.Server.Configuration;
using Hybrid.Storage.Accounts;

namespace Hybrid.Server.Composition;

/// <summary>
/// The commands that make accounts and tokens. They open the database themselves, so they work while the server runs and
/// while it does not; they write nothing that takes a stream position, which only the server gives out.
/// </summary>
static class AccountCommands
{
    public static async Task<string> CreateUserAsync(HybridSettings settings, NewUser user, CancellationToken cancellationToken)
    {
        var localpart = UserId.TryParse(user.Name, out var full) && full.Server == settings.ServerName ? full.Localpart : user.Name;
        await using var services = Open(settings);
        var result = await services.GetRequiredService<AccountRegistration>()
            .CreateAsync(new AccountRequest(localpart, user.Password) { IsAdmin = user.Administrator }, cancellationToken);
        return result.TryGet(out var userId, out var error) ? userId.Value : throw new CommandException(error.Message);
    }

    public static async Task<string> CreateTokenAsync(HybridSettings settings, NewRegistrationToken token, CancellationToken cancellationToken)
    {
        await using var services = Open(settings);
        var result = await services.GetRequiredService<RegistrationTokens>().CreateAsync(null, token.Uses, token.Expires, cancellationToken);
        return result.TryGet(out var created, out var error) ? created.Token : throw new CommandException(error.Message);
    }

    static ServiceProvider Open(HybridSettings settings)
    {
        DataFolder.Prepare(settings.DataFolder);
        var services = new ServiceCollection().AddLogging().AddStorage(settings, besideServer: true).AddAccountsOf(settings).BuildServiceProvider();
        try
        {
            _ = services.GetRequiredService<IAccountStore>();
            return services;
        }
        catch (Exception exception) when (HybridApplication.IsUnusableDatabase(exception))
        {
            services.Dispose();
            throw HybridApplication.UnusableDatabase(settings, exception);
        }
    }
}
