using Hybrid.AppServices.Registrations;
using Hybrid.Primitives;
using Hybrid.Storage.Accounts;

namespace Hybrid.AppServices;

/// <summary>The application services of this server.</summary>
public sealed class AppServiceDirectory
{
    // By hash, so that how long a look-up takes tells nothing of the tokens.
    readonly Dictionary<TokenHash, AppServiceRegistration> _byToken = [];

    /// <exception cref="RegistrationException">Two of them have in common what each must have for itself.</exception>
    public AppServiceDirectory(IReadOnlyList<AppServiceRegistration> services)
    {
        Services = services;
        var ids = new HashSet<string>(StringComparer.Ordinal);
        var senders = new HashSet<UserId>();
        foreach (var service in services)
        {
            if (!ids.Add(service.Id))
                throw new RegistrationException($"Two application services have the id '{service.Id}'.");
            if (!_byToken.TryAdd(TokenHash.Of(service.AppServiceToken), service))
                throw new RegistrationException($"The application service '{service.Id}' has the as_token of another.");
            if (!senders.Add(service.Sender))
                throw new RegistrationException($"The application service '{service.Id}' has the sender_localpart of another.");
        }
    }

    /// <summary>A server without application services.</summary>
    public static AppServiceDirectory Empty { get; } = new([]);

    public IReadOnlyList<AppServiceRegistration> Services { get; }

    /// <summary>The service whose <c>as_token</c> this is, or null.</summary>
    public AppServiceRegistration? FindByToken(string token) => _byToken.Count == 0 ? null : _byToken.GetValueOrDefault(TokenHash.Of(token));

    /// <summary><c>M_EXCLUSIVE</c> when the user ID is another's to make: in nobody's name without <paramref name="service"/>.</summary>
    public MatrixError? CheckUser(UserId userId, AppServiceRegistration? service) => service is null
        ? Services.Any(other => other.Sender == userId || IsReserved(other.Users, userId.Value)) ? Exclusive($"{userId}") : null
        : service.Controls(userId) ? null : Exclusive($"{userId}");

    /// <summary>As <see cref="CheckUser"/>, for a room alias.</summary>
    public MatrixError? CheckAlias(RoomAlias alias, string? serviceId) => Services.FirstOrDefault(service => service.Id == serviceId) is { } service
        ? service.Controls(alias) ? null : Exclusive($"{alias}")
        : Services.Any(other => IsReserved(other.Aliases, alias.Value)) ? Exclusive($"{alias}") : null;

    static bool IsReserved(IReadOnlyList<Namespace> namespaces, string identifier) =>
        namespaces.Any(reserved => reserved.IsExclusive && reserved.Contains(identifier));

    static MatrixError Exclusive(string identifier) => MatrixError.Of(400, "M_EXCLUSIVE", $"{identifier} is reserved by an application service, or outside of yours.");
}
