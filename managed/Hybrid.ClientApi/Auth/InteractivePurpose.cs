namespace Hybrid.ClientApi.Auth;

/// <summary>What a request that needs user-interactive authentication is about; it decides which flows are offered.</summary>
public enum InteractivePurpose
{
    /// <summary>A new account: nothing to prove, or a registration token.</summary>
    Registration,

    ChangePassword,

    /// <summary>A password that is forgotten: an address of the account has to be proven.</summary>
    ResetPassword,

    /// <summary>An address that the account is to have (<c>POST /account/3pid/add</c>).</summary>
    AddAddress,

    DeactivateAccount,
    DeleteDevices,

    /// <summary>Replacing cross-signing keys (<c>POST /keys/device_signing/upload</c>).</summary>
    UploadSigningKeys,

    /// <summary>A token that logs another client in (<c>POST /login/get_token</c>).</summary>
    GetLoginToken,
}
