using Hybrid.Accounts.Profiles;
using Hybrid.Http;
using Hybrid.Primitives;

namespace Hybrid.ClientApi.Profiles;

/// <summary>Who may change which field: users their own, guests their display name only (specification, "Guest Access").</summary>
static class ProfileOwnership
{
    internal static MatrixError? Check(Caller caller, UserId userId, string name)
    {
        if (caller.UserId != userId)
            return MatrixError.Forbidden("The profile is another user's.");

        return caller.IsGuest && name != Profile.DisplayNameField
            ? MatrixError.Of(403, "M_GUEST_ACCESS_FORBIDDEN", "Guests can only change their display name.")
            : null;
    }
}
