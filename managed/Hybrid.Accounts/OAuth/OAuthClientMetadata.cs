using System.Text.Json.Serialization;

namespace Hybrid.Accounts.OAuth;

/// <summary>What a client says of itself (specification, client-server API, "Client metadata"; RFC 7591).</summary>
public sealed record OAuthClientMetadata
{
    /// <summary>In answers: the client's name here.</summary>
    public string? ClientId { get; init; }

    public string? ClientName { get; init; }

    public string? ClientUri { get; init; }

    public string? LogoUri { get; init; }

    public string? TosUri { get; init; }

    public string? PolicyUri { get; init; }

    public IReadOnlyList<string>? RedirectUris { get; init; }

    public string? TokenEndpointAuthMethod { get; init; }

    public IReadOnlyList<string>? ResponseTypes { get; init; }

    public IReadOnlyList<string>? GrantTypes { get; init; }

    public string? ApplicationType { get; init; }
}

/// <summary>JSON of client metadata.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(OAuthClientMetadata))]
public sealed partial class OAuthJson : JsonSerializerContext;
