namespace Hybrid.Http.Limits;

/// <summary>How long clients may take to say what they want: whoever holds connections open with little to say on them is cut off.</summary>
public sealed record RequestTimes
{
    /// <summary>From the first byte of a request to the end of its headers.</summary>
    public TimeSpan Headers { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The whole of a JSON body, once the request is handled.</summary>
    public TimeSpan Body { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The least bytes a second that any body brings, uploads too, after <see cref="Grace"/>. Slower than the slowest telephone.</summary>
    public double LeastBytesPerSecond { get; init; } = 512;

    /// <summary>How long a body may take to come up to speed.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(10);
}
