namespace Hybrid.Identity.SingleSignOn;

/// <summary>An OpenID provider, and what this server is to it.</summary>
public sealed record OidcOptions
{
    /// <summary>Its issuer URL, under which its configuration is found; null: there is none.</summary>
    public Uri? Issuer { get; init; }

    /// <summary>This server's name there.</summary>
    public string? ClientId { get; init; }

    /// <summary>This server's secret there; null for a public client.</summary>
    public string? ClientSecret { get; init; }

    /// <summary>Its name for people.</summary>
    public string Name { get; init; } = "Single sign-on";
}
