using Hybrid.Accounts.Devices;
using Hybrid.Accounts.Sessions;
using Hybrid.Http;
using Hybrid.Primitives;
using Microsoft.AspNetCore.Http;

namespace Hybrid.ClientApi.Auth;

/// <summary>Callers are sessions of local accounts; each request tells that its device was seen.</summary>
public sealed class CallerAuthenticator(AccessTokens tokens, DeviceActivity activity, IHttpContextAccessor http) : ICallerAuthenticator
{
    public ValueTask<Result<Caller>> AuthenticateAsync(string accessToken, CancellationToken cancellationToken)
    {
        var finding = tokens.FindAsync(accessToken, cancellationToken);
        return finding.IsCompletedSuccessfully ? new ValueTask<Result<Caller>>(Accept(finding.Result)) : Wait(finding);

        async ValueTask<Result<Caller>> Wait(ValueTask<Result<ActiveSession>> pending) => Accept(await pending);
    }

    Result<Caller> Accept(Result<ActiveSession> found)
    {
        if (!found.TryGet(out var session, out var error))
            return error;

        activity.Note(session, http.HttpContext?.Connection.RemoteIpAddress);
        return new Caller(session.UserId, session.DeviceId, session.IsGuest, session.IsAdmin, session.SessionId)
        {
            IsLocked = session.IsLocked,
            IsSuspended = session.IsSuspended,
        };
    }
}
