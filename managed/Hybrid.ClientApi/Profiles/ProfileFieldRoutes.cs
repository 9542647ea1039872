namespace Hybrid.ClientApi.Profiles;

/// <summary>Where single profile fields are: the path of the specification, and the one that clients of MSC4133 look for.</summary>
static class ProfileFieldRoutes
{
    internal const string Stable = "/_matrix/client/v3/profile/{userId}/{keyName}";
    internal const string Unstable = "/_matrix/client/unstable/uk.tcpip.msc4133/profile/{userId}/{keyName}";
}
