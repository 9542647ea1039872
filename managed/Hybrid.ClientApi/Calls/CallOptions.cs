namespace Hybrid.ClientApi.Calls;

/// <summary>What the operator offers for calls.</summary>
public sealed record CallOptions
{
    /// <summary>TURN servers, such as <c>turn:turn.example.org:3478?transport=udp</c>.</summary>
    public IReadOnlyList<string> TurnUris { get; init; } = [];

    /// <summary>The secret that the TURN servers share with this one; null: clients are told of none.</summary>
    public string? TurnSharedSecret { get; init; }

    /// <summary>How long TURN credentials are good.</summary>
    public TimeSpan TurnLifetime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Where clients get access to a LiveKit server for MatrixRTC; null: there is none.</summary>
    public Uri? LiveKitServiceUrl { get; init; }
}
