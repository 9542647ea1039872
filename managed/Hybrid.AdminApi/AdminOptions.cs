namespace Hybrid.AdminApi;

/// <summary>What the operator decides about administration over HTTP.</summary>
public sealed record AdminOptions
{
    /// <summary>Who knows this can make accounts, administrators too, over HTTP; null or empty: no one can.</summary>
    public string? RegistrationSharedSecret { get; init; }
}
