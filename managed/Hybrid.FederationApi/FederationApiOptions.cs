namespace Hybrid.FederationApi;

/// <summary>What this server tells others about itself.</summary>
public sealed record FederationApiOptions
{
    /// <summary>The version of the program.</summary>
    public string Version { get; init; } = "0";

    /// <summary>Whom this name delegates federation to, such as <c>matrix.example.org:443</c>; null: <c>/.well-known/matrix/server</c> is not there.</summary>
    public string? DelegatedServer { get; init; }

    /// <summary>Whether other servers get to see which rooms this one publishes.</summary>
    public bool ListPublicRooms { get; init; }

    /// <summary>Whether other servers get to see the profiles of this one's users.</summary>
    public bool ShareProfiles { get; init; } = true;
}
