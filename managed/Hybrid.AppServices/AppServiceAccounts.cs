using Hybrid.Storage.Accounts;
using Microsoft.Extensions.Hosting;

namespace Hybrid.AppServices;

/// <summary>Gives every application service the account of its sender, which nobody registers.</summary>
sealed class AppServiceAccounts(AppServiceDirectory directory, IAccountStore accounts, TimeProvider time) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var service in directory.Services)
            await accounts.TryAddAsync(new NewAccount(new AccountRecord(service.Sender, null, time.GetUtcNow()), service.Sender.Localpart, null), cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
