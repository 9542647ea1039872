using Hybrid.Http;
using Hybrid.Primitives;

namespace Hybrid.ClientApi.Rooms;

/// <summary>The times that application services give to events (specification, application service API, "Timestamp massaging").</summary>
static class AppServiceTime
{
    // What canonical JSON can say.
    const long Max = (1L << 53) - 1;

    /// <summary>The <c>ts</c> of a service's request in milliseconds since 1970; null for everybody else's.</summary>
    public static long? Of(ApiRequest request)
    {
        if (request.Caller.AppServiceId is null || request.QueryInteger("ts") is not { } time)
            return null;

        return time is >= 0 and <= Max ? time : throw new MatrixException(MatrixError.InvalidParam("'ts' is not a time."));
    }
}
