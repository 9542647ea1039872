namespace Hybrid.Storage.Accounts;

/// <summary>A token that lets people register (specification, "Token-authenticated registration").</summary>
/// <param name="Token">What people type: 1 to 64 characters of <c>A-Z a-z 0-9 . _ ~ -</c>.</param>
/// <param name="UsesAllowed">How many accounts it is good for; null: any number.</param>
/// <param name="Completed">How many accounts were made with it.</param>
/// <param name="ExpiresAt">Null: never.</param>
public sealed record RegistrationTokenRecord(string Token, long? UsesAllowed, long Completed, DateTimeOffset? ExpiresAt);

/// <summary>Registration tokens. The use of one is counted with the account that it makes, by <see cref="IAccountStore.TryAddAsync"/>.</summary>
public interface IRegistrationTokenStore
{
    ValueTask<RegistrationTokenRecord?> FindAsync(string token, CancellationToken cancellationToken);

    ValueTask<IReadOnlyList<RegistrationTokenRecord>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Adds a token; false when it exists.</summary>
    ValueTask<bool> TryAddAsync(RegistrationTokenRecord token, CancellationToken cancellationToken);

    /// <summary>Deletes a token; false when there is none such.</summary>
    ValueTask<bool> RemoveAsync(string token, CancellationToken cancellationToken);
}
