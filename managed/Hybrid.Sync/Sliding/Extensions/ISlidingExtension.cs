namespace Hybrid.Sync.Sliding.Extensions;

/// <summary>Something that a sliding sync carries beside rooms (MSC4186, "Extensions").</summary>
interface ISlidingExtension
{
    /// <summary>
    /// Writes its part of <c>extensions</c> if the client wants it, and notes what the client then has. Sets <see cref="SlidingBody.HasNews"/>
    /// when there is anything in it worth ending a wait for. Notes what is left out also when it is not wanted.
    /// </summary>
    ValueTask WriteAsync(SlidingTurn turn, SlidingBody body, CancellationToken cancellationToken);
}
