namespace Hybrid.ClientApi.SingleSignOn;

/// <summary>The paths that browsers take on the way to a provider and back.</summary>
static class SignOnPaths
{
    internal const string Base = "/_hybrid/client/v1/sso";
    internal const string Callback = Base + "/callback";
    internal const string Confirmation = Base + "/confirm";

    /// <summary>Where someone goes to confirm a request by signing on.</summary>
    internal static string Confirm(string session) => $"{Confirmation}?session={Uri.EscapeDataString(session)}";
}
