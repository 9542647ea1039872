using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Storage.Rooms;

namespace Hybrid.AdminApi.Rooms;

/// <summary><c>GET /_synapse/admin/v1/rooms</c>: all rooms, sorted, searched and paged.</summary>
sealed class ListRoomsEndpoint(IRoomStatisticsStore statistics, ServerIdentity identity) : IEndpoint
{
    internal const string Path = "/_synapse/admin/v1/rooms";

    const int DefaultLimit = 100;

    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("GET", Path, Access.Administrator)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var from = request.QueryInteger("from") ?? 0;
        var limit = request.QueryInteger("limit") ?? DefaultLimit;
        if (from is < 0 or > int.MaxValue || limit is < 1 or > int.MaxValue)
            return MatrixError.InvalidParam("'from' must not be negative, and 'limit' must be positive.");
        if (request.Query("dir") is not (null or "f" or "b"))
            return MatrixError.InvalidParam("'dir' is neither f nor b.");
        if (Order(request.Query("order_by") ?? "name") is not { } order)
            return MatrixError.InvalidParam("'order_by' is no order that is known here.");
        if (request.Query("search_term") is "")
            return MatrixError.InvalidParam("'search_term' is empty.");

        var rooms = (await statistics.ReadRoomsAsync(identity.Name, cancellationToken)).Select(RoomDescription.Entry).Where(Filter(request)).ToList();
        rooms.Sort((left, right) => order(left, right) is var difference and not 0 ? difference : left.RoomId.CompareTo(right.RoomId));
        if (request.Query("dir") == "b")
            rooms.Reverse();

        var start = (int)Math.Min(from, rooms.Count);
        var end = (int)Math.Min(start + limit, rooms.Count);
        var page = new RoomList(rooms[start..end], (int)from, rooms.Count)
        {
            NextBatch = end < rooms.Count ? end : null,
            PrevBatch = from > 0 ? (int)Math.Max(0, from - limit) : null,
        };
        return Reply.Json(page, RoomAdminJson.Default.RoomList);
    }

    static Func<RoomEntry, bool> Filter(ApiRequest request)
    {
        var term = request.Query("search_term");
        var isPublic = request.QueryBoolean("public_rooms");
        var isEmpty = request.QueryBoolean("empty_rooms");
        return room => (term is null || Matches(room, term))
            && (isPublic is null || room.Public == isPublic)
            && (isEmpty is null || room.JoinedMembers == 0 == isEmpty);
    }

    static bool Matches(RoomEntry room, string term) =>
        room.Name?.Contains(term, StringComparison.OrdinalIgnoreCase) == true
        || room.CanonicalAlias?.Split(':')[0].Contains(term, StringComparison.OrdinalIgnoreCase) == true
        || room.RoomId.Value.Contains(term, StringComparison.Ordinal);

    // Texts from A to Z and rooms without one last; numbers from the largest down.
    static Comparison<RoomEntry>? Order(string name) => name switch
    {
        "name" or "alphabetical" => ByText(static room => room.Name),
        "canonical_alias" => ByText(static room => room.CanonicalAlias),
        "joined_members" or "size" => ByNumber(static room => room.JoinedMembers),
        "joined_local_members" => ByNumber(static room => room.JoinedLocalMembers),
        "version" => static (left, right) => -CompareVersions(left.Version, right.Version),
        "creator" => ByText(static room => room.Creator.Value),
        "encryption" => ByText(static room => room.Encryption),
        "federatable" => ByNumber(static room => room.Federatable ? 1 : 0),
        "public" => ByNumber(static room => room.Public ? 1 : 0),
        "join_rules" => ByText(static room => room.JoinRules),
        "guest_access" => ByText(static room => room.GuestAccess),
        "history_visibility" => ByText(static room => room.HistoryVisibility),
        "state_events" => ByNumber(static room => room.StateEvents),
        _ => null,
    };

    static Comparison<RoomEntry> ByText(Func<RoomEntry, string?> text) => (left, right) => (text(left), text(right)) switch
    {
        (null, null) => 0,
        (null, _) => 1,
        (_, null) => -1,
        var (first, second) => StringComparer.OrdinalIgnoreCase.Compare(first, second),
    };

    static Comparison<RoomEntry> ByNumber(Func<RoomEntry, long> number) => (left, right) => number(right).CompareTo(number(left));

    static int CompareVersions(string left, string right) =>
        int.TryParse(left, out var first) && int.TryParse(right, out var second) ? first.CompareTo(second) : StringComparer.Ordinal.Compare(left, right);
}
