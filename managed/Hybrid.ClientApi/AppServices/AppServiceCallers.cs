using Hybrid.AppServices;
using Hybrid.AppServices.Registrations;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Storage.Accounts;
using Microsoft.AspNetCore.Http;

namespace Hybrid.ClientApi.AppServices;

/// <summary>Application services as callers: as their sender, or as whom of theirs the query names (specification, application service API, "Identity assertion").</summary>
public sealed class AppServiceCallers(AppServiceDirectory directory, IAccountStore accounts, IDeviceStore devices)
{
    const string UnstableDevice = "org.matrix.msc3202.device_id";

    /// <summary>The service whose token this is, or null.</summary>
    public AppServiceRegistration? Find(string token) => directory.FindByToken(token);

    /// <summary>Whom the service acts as; <c>M_FORBIDDEN</c> for users that are not its own or not registered, <c>M_UNKNOWN_DEVICE</c> for a device that the user does not have.</summary>
    public async ValueTask<Result<Caller>> AuthenticateAsync(AppServiceRegistration service, IQueryCollection query, CancellationToken cancellationToken)
    {
        var userId = service.Sender;
        if (query["user_id"] is [{ } named, ..])
        {
            if (!UserId.TryParse(named, out userId))
                return MatrixError.InvalidParam("'user_id' is not a valid UserId.");
            if (!service.Controls(userId))
                return MatrixError.Forbidden($"{userId} is not this application service's.");
        }

        if (await accounts.FindAsync(userId, cancellationToken) is not { IsDeactivated: false } account)
            return MatrixError.Forbidden($"{userId} is not registered.");

        DeviceId? deviceId = null;
        if ((query["device_id"] is [{ } device, ..] ? device : query[UnstableDevice] is [{ } unstable, ..] ? unstable : null) is { } asked)
        {
            if (!DeviceId.TryParse(asked, out var parsed) || await devices.FindAsync(userId, parsed, cancellationToken) is null)
                return MatrixError.Of(400, "M_UNKNOWN_DEVICE", "The user has no such device.");
            deviceId = parsed;
        }

        return new Caller(userId, deviceId, account.IsGuest, account.IsAdmin, SessionId: 0)
        {
            IsLocked = account.IsLocked,
            IsSuspended = account.IsSuspended,
            AppServiceId = service.Id,
            IsUnlimited = !service.IsRateLimited || userId == service.Sender,
        };
    }
}
