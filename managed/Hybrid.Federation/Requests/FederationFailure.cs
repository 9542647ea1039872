using Hybrid.Primitives;

namespace Hybrid.Federation.Requests;

/// <summary>Why a request to another server came to nothing.</summary>
public enum FailureKind
{
    /// <summary>The server cannot be found or connected to, has the wrong certificate, or is at an address that this server does not connect to.</summary>
    Unreachable,

    /// <summary>No answer in time.</summary>
    TimedOut,

    /// <summary>The server failed lately and is left alone for now; nothing was sent.</summary>
    BackedOff,

    /// <summary>What came back is no answer: broken off, too large, or a redirect.</summary>
    BadAnswer,

    /// <summary>The server answered with a status of 400 or more.</summary>
    Refused,
}

/// <summary>Why a request came to nothing.</summary>
/// <param name="Destination">Which server was asked.</param>
/// <param name="Kind">What happened.</param>
/// <param name="Message">A sentence for logs; with <see cref="FailureKind.Refused"/> the peer's <c>error</c>, shortened.</param>
public sealed record FederationFailure(ServerName Destination, FailureKind Kind, string Message)
{
    /// <summary>The HTTP status of a refusal; 0 otherwise.</summary>
    public int Status { get; init; }

    /// <summary>The <c>errcode</c> of a refusal; <c>M_UNKNOWN</c> when the peer names none.</summary>
    public string ErrorCode { get; init; } = "M_UNKNOWN";

    /// <summary>The body of a refusal, for errcodes with more fields than the usual; empty otherwise.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>With <see cref="FailureKind.BackedOff"/>: when the server is tried again.</summary>
    public DateTimeOffset? RetryAt { get; init; }

    /// <summary>Whether the server answers and means it: asking another server may help, asking this one again does not.</summary>
    public bool IsRefusal => Kind == FailureKind.Refused && (Status < 500 || ErrorCode is "M_NOT_YET_UPLOADED" or "M_TOO_LARGE");

    /// <summary>
    /// The failure as a user of this server is told: the peer's own refusal where it has an errcode, <c>504</c> for a peer that is too slow,
    /// <c>502</c> for all else. Never a <c>401</c>: to a client that means that its own session is over.
    /// </summary>
    public MatrixError ToMatrixError() => Kind switch
    {
        FailureKind.Refused when Status is >= 400 and < 500 and not (401 or 429) => MatrixError.Of(Status, ErrorCode, Message),
        FailureKind.TimedOut => MatrixError.Of(504, "M_UNKNOWN", $"The server {Destination} does not answer in time."),
        FailureKind.Refused => MatrixError.Of(502, "M_UNKNOWN", $"The server {Destination} cannot answer."),
        _ => MatrixError.Of(502, "M_UNKNOWN", $"The server {Destination} cannot be reached."),
    };
}
