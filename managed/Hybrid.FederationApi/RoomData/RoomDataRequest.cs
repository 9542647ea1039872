using Hybrid.Http;
using Hybrid.Primitives;

namespace Hybrid.FederationApi.RoomData;

/// <summary>The parts that requests for room data share.</summary>
static class RoomDataRequest
{
    /// <summary>The query parameter <c>event_id</c>; <c>M_MISSING_PARAM</c> or <c>M_INVALID_PARAM</c>.</summary>
    public static EventId RequiredEventId(this ApiRequest request) => EventId.TryParse(request.RequiredQuery("event_id"), out var eventId)
        ? eventId
        : throw new MatrixException(MatrixError.InvalidParam("'event_id' is no event ID."));
}
