using Hybrid.Accounts.Devices;
using Hybrid.Accounts.Login;
using Hybrid.Accounts.ThirdParty;
using Hybrid.ClientApi.Auth;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.Account;
using Hybrid.Storage.ThirdParty;

namespace Hybrid.ClientApi.Account;

/// <summary><c>POST /_matrix/client/v3/account/password</c>: by the user, or by whoever proves an address of the account.</summary>
sealed class ChangePasswordEndpoint(InteractiveAuth auth, PasswordLogin passwords, AccountAddresses addresses, UserDevices devices) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("POST", "/_matrix/client/v3/account/password", Access.OptionalUser, RateClass.General) { MaxBodyBytes = 64 * 1024 }];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var body = await request.ReadJsonAsync(AccountJson.Default.ChangePasswordRequest, cancellationToken);
        if (body.NewPassword is { } wished && passwords.Check(wished) is { } refused)
            return refused;

        var caller = request.CallerOrNull;
        if (caller is null && !auth.AddressStages.Any())
            return MatrixError.MissingToken();
        if (caller is { IsGuest: true })
            return MatrixError.Of(403, "M_GUEST_ACCESS_FORBIDDEN", "Guests have no password.");

        var outcome = await auth.RunAsync(request, caller is null ? InteractivePurpose.ResetPassword : InteractivePurpose.ChangePassword, cancellationToken);
        if (outcome.Challenge is { } challenge)
            return challenge;
        if (body.NewPassword is not { } password)
            return MatrixError.MissingParam("'new_password' is missing.");
        if ((caller?.UserId ?? await OwnerAsync(outcome.Address, cancellationToken)) is not { } userId)
            return MatrixError.Of(404, "M_THREEPID_NOT_FOUND", "No account has this address.");
        if ((await passwords.ChangeAsync(userId, password, cancellationToken)).Error is { } error)
            return error;

        // The password is another by now: a client that hangs up must not keep the other sessions alive.
        if (body.LogoutDevices ?? true)
            await devices.DeleteAllAsync(userId, caller?.DeviceId, CancellationToken.None);
        return Reply.Empty;
    }

    async ValueTask<UserId?> OwnerAsync(AddressProof? proof, CancellationToken cancellationToken) =>
        proof is null ? null : await addresses.FindOwnerAsync(proof.Address, cancellationToken);
}
