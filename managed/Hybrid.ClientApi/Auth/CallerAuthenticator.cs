using Hybrid.Accounts.Devices;
using Hybrid.Accounts.Sessions;
using Hybrid.ClientApi.AppServices;
using Hybrid.Http;
using Hybrid.Primitives;
using Microsoft.AspNetCore.Http;

namespace Hybrid.ClientApi.Auth;

/// <summary>Callers are sessions of local accounts, of which each request tells that the device was seen, and application services.</summary>
public sealed class CallerAuthenticator(AccessTokens tokens, DeviceActivity activity, AppServiceCallers services, IHttpContextAccessor http) : ICallerAuthenticator
{
    public ValueTask<Result<Caller>> AuthenticateAsync(string accessToken, CancellationToken cancellationToken)
    {
        if (services.Find(accessToken) is { } service)
            return services.AuthenticateAsync(service, http.HttpContext!.Request.Query, cancellationToken);

        var finding = tokens.FindAsync(accessToken, cancellationToken);
        return finding.IsCompletedSuccessfully ? new ValueTask<Result<Caller>>(Accept(finding.Result)) : Wait(finding);

        async ValueTask<Result<Caller>> Wait(ValueTask<Result<ActiveSession>> pending) => Accept(await pending);
    }

    Result<Caller> Accept(Result<ActiveSession> found)
    {
        if (!found.TryGet(out var session, out var error))
            return error;

        activity.Note(session, http.HttpContext?.Connection.RemoteIpAddress, http.HttpContext?.Request.Headers.UserAgent is [{ } agent, ..] ? agent : null);
        return new Caller(session.UserId, session.DeviceId, session.IsGuest, session.IsAdmin, session.SessionId)
        {
            IsLocked = session.IsLocked,
            IsSuspended = session.IsSuspended,
        };
    }
}
