using Hybrid.Accounts.Devices;
using Hybrid.Accounts.Login;
using Hybrid.ClientApi.Auth;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.Account;

namespace Hybrid.ClientApi.Account;

/// <summary><c>POST /_matrix/client/v3/account/password</c></summary>
sealed class ChangePasswordEndpoint(InteractiveAuth auth, PasswordLogin passwords, UserDevices devices) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("POST", "/_matrix/client/v3/account/password", Access.User, RateClass.General) { MaxBodyBytes = 64 * 1024 }];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var body = await request.ReadJsonAsync(AccountJson.Default.ChangePasswordRequest, cancellationToken);
        if (body.NewPassword is { } wished && passwords.Check(wished) is { } refused)
            return refused;
        if (await auth.RequireAsync(request, InteractivePurpose.ChangePassword, cancellationToken) is { } challenge)
            return challenge;
        if (body.NewPassword is not { } password)
            return MatrixError.MissingParam("'new_password' is missing.");

        var caller = request.Caller;
        if ((await passwords.ChangeAsync(caller.UserId, password, cancellationToken)).Error is { } error)
            return error;

        // The password is another by now: a client that hangs up must not keep the other sessions alive.
        if (body.LogoutDevices ?? true)
            await devices.DeleteAllAsync(caller.UserId, caller.DeviceId, CancellationToken.None);
        return Reply.Empty;
    }
}
