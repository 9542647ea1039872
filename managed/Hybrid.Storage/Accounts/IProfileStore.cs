using Hybrid.Primitives;

namespace Hybrid.Storage.Accounts;

/// <summary>How writing a profile field went.</summary>
public enum ProfileWrite
{
    Written,

    /// <summary>The profile would outgrow its limit.</summary>
    TooLarge,

    /// <summary>There is no such account, or it is deactivated.</summary>
    NoAccount,
}

/// <summary>Profiles of local users: named fields with JSON values.</summary>
public interface IProfileStore
{
    /// <summary>The fields of a profile and their JSON; null when there is no such account, or it is deactivated.</summary>
    ValueTask<IReadOnlyDictionary<string, string>?> ReadAsync(UserId userId, CancellationToken cancellationToken);

    /// <summary>Sets one field, unless names and values together would exceed <paramref name="maxBytes"/>.</summary>
    ValueTask<ProfileWrite> SetAsync(UserId userId, string name, string json, int maxBytes, CancellationToken cancellationToken);

    /// <summary>Removes one field; false when the profile has none such.</summary>
    ValueTask<bool> RemoveAsync(UserId userId, string name, CancellationToken cancellationToken);
}
