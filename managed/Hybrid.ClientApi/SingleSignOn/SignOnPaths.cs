namespace Hybrid.ClientApi.SingleSignOn;

/// <summary>The paths that browsers take on the way to a provider and back.</summary>
static class SignOnPaths
{
    internal const string Base = "/_hybrid/client/v1/sso";
    internal const string Callback = Base + "/callback";
    internal const string Confirmation = Base + "/confirm";

    internal const string Entrance = Base + "/enter";

    /// <summary>Where someone goes to sign in to a page of this server.</summary>
    internal static string Enter(string page) => $"{Entrance}?page={Uri.EscapeDataString(page)}";

    /// <summary>Where someone goes to confirm a request by signing on.</summary>
    internal static string Confirm(string session) => $"{Confirmation}?session={Uri.EscapeDataString(session)}";
}
