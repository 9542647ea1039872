using Hybrid.ClientApi.Account;

namespace Hybrid.ClientApi.OAuth;

/// <summary>Whether the OAuth 2.0 API is offered.</summary>
public sealed record OAuthOptions(bool Enabled);

/// <summary>The paths of the OAuth 2.0 API, and where they are from outside.</summary>
public sealed class OAuthPaths(ServerDiscovery discovery)
{
    const string Base = "/_hybrid/client/v1/oauth2";
    internal const string Authorize = Base + "/authorize";
    internal const string Token = Base + "/token";
    internal const string Revoke = Base + "/revoke";
    internal const string Register = Base + "/register";
    internal const string Device = Base + "/device";
    internal const string Link = Base + "/link";
    internal const string Account = "/_hybrid/client/v1/account";

    /// <summary>The server as a browser reaches it.</summary>
    public Uri Server { get; } = discovery.ClientBaseUrl ?? new Uri("http://localhost");

    internal string From(string path) => new Uri(Server, path).AbsoluteUri;
}
