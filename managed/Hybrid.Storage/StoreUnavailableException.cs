using Hybrid.Primitives;

namespace Hybrid.Storage;

/// <summary>The database cannot be reached, or was lost in the middle: what was not acknowledged may or may not have been written.</summary>
/// <param name="message">Why, for the operator; clients are only told that it is so.</param>
/// <param name="innerException">What the driver said.</param>
public sealed class StoreUnavailableException(string message, Exception? innerException)
    : MatrixException(MatrixError.Of(503, "M_UNKNOWN", "The database of this server cannot be reached at the moment."), innerException)
{
    public override string Message { get; } = message;
}
