using Hybrid.Accounts.Login;
using Hybrid.Ephemeral.Presence;
using Hybrid.Media.Content;
using Hybrid.Primitives;
using Hybrid.Rooms.DelayedEvents;
using Hybrid.Storage.AccountData;
using Hybrid.Storage.Accounts;
using Hybrid.Storage.Filters;
using Hybrid.Storage.Push;
using Hybrid.Storage.Receipts;
using Hybrid.Storage.Search;
using Hybrid.Storage.ThirdParty;
using Hybrid.Storage.Threads;

namespace Hybrid.Server.Composition;

/// <summary>What parts that know nothing of accounts keep about users, and when it goes.</summary>
static class AccountErasures
{
    public static IServiceCollection AddAccountErasures(this IServiceCollection services) => services
        .Add<IAccountDataStore>(isPrivate: true, static (store, user, token) => store.DeleteAllAsync(user, token))
        .Add<EventDelays>(isPrivate: true, static (delays, user, token) => delays.DeleteAllAsync(user, token))
        .Add<IOpenIdTokenStore>(isPrivate: true, static (store, user, token) => store.DeleteAllAsync(user, token))
        .Add<IFilterStore>(isPrivate: true, static (store, user, token) => store.DeleteAllAsync(user, token))
        .Add<IExternalIdentityStore>(isPrivate: true, static (store, user, token) => store.DeleteAllAsync(user, token))
        .Add<IThirdPartyStore>(isPrivate: true, static (store, user, token) => store.DeleteAllAsync(user, token))
        .Add<IThreadSubscriptionStore>(isPrivate: true, static (store, user, token) => store.DeleteAllAsync(user, token))
        .Add<PresenceTracker>(isPrivate: true, static (presence, user, token) => presence.ForgetAsync(user, token))
        .Add<IPusherStore>(isPrivate: true, static (store, user, token) => store.DeleteAllAsync(user, token))
        .Add<IReceiptStore>(isPrivate: false, static (store, user, token) => store.DeleteAllAsync(user, token))
        .Add<IMessageIndexStore>(isPrivate: false, static (store, user, token) => store.RemoveSenderAsync(user, token))
        .Add<ContentRepository>(isPrivate: false, static (repository, user, token) => repository.DeleteAllAsync(user, token));

    static IServiceCollection Add<T>(this IServiceCollection services, bool isPrivate, Func<T, UserId, CancellationToken, ValueTask> erase)
        where T : notnull =>
        services.AddSingleton<IAccountErasure>(provider => new Erasure<T>(provider.GetRequiredService<T>(), isPrivate, erase));

    sealed class Erasure<T>(T part, bool isPrivate, Func<T, UserId, CancellationToken, ValueTask> erase) : IAccountErasure
    {
        public bool IsPrivate => isPrivate;

        public ValueTask EraseAsync(UserId userId, CancellationToken cancellationToken) => erase(part, userId, cancellationToken);
    }
}
