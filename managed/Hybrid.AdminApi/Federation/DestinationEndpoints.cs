using Hybrid.Federation.Outbound;
using Hybrid.Http;
using Hybrid.Primitives;

namespace Hybrid.AdminApi.Federation;

/// <summary><c>GET /_synapse/admin/v1/federation/destinations</c>: other servers by name, all or those whose name contains <c>destination</c>.</summary>
sealed class ListDestinationsEndpoint(DestinationOverview overview) : IEndpoint
{
    // In Synapse's order of columns, by which it can sort; here the name and how long a server fails.
    const string ByName = "destination";
    const string ByFailure = "failure_ts";

    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("GET", DestinationRequests.Path, Access.Administrator)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        if (!DestinationRequests.Page(request).TryGet(out var page, out var error))
            return error;

        var order = request.Query("order_by") ?? ByName;
        if (order is not (ByName or ByFailure or "retry_last_ts" or "retry_interval" or "last_successful_stream_ordering"))
            return MatrixError.InvalidParam("'order_by' names no column.");

        var wanted = request.Query("destination");
        var servers = (await overview.ReadServersAsync(cancellationToken))
            .Where(server => wanted is null || server.Value.Contains(wanted, StringComparison.OrdinalIgnoreCase)).ToList();
        List<ServerName> ordered = page.Backwards ? [.. Enumerable.Reverse(servers)] : servers;
        var entries = order == ByName
            ? await ShowAsync([.. ordered.Skip(page.From).Take(page.Limit)], cancellationToken)
            : [.. Sort(await ShowAsync(servers, cancellationToken), order, page.Backwards).Skip(page.From).Take(page.Limit)];
        return Reply.Json(
            new DestinationList(entries, servers.Count) { NextToken = DestinationRequests.Next(page.From, entries.Count, servers.Count) },
            DestinationsJson.Default.DestinationList);
    }

    internal static DestinationEntry Show(DestinationStatus status) => new(
        status.Server, status.BackOff?.LastTried.ToUnixTimeMilliseconds() ?? 0, (long)(status.BackOff?.RetryInterval.TotalMilliseconds ?? 0),
        status.BackOff?.FailingSince.ToUnixTimeMilliseconds(), status.TakenUpTo);

    async ValueTask<List<DestinationEntry>> ShowAsync(List<ServerName> servers, CancellationToken cancellationToken)
    {
        var entries = new List<DestinationEntry>(servers.Count);
        foreach (var server in servers)
        {
            if (await overview.FindAsync(server, cancellationToken) is { } status)
                entries.Add(Show(status));
        }

        return entries;
    }

    static IEnumerable<DestinationEntry> Sort(List<DestinationEntry> entries, string order, bool backwards)
    {
        Func<DestinationEntry, long> column = order switch
        {
            ByFailure => static entry => entry.FailureTs ?? 0,
            "retry_last_ts" => static entry => entry.RetryLastTs,
            "retry_interval" => static entry => entry.RetryInterval,
            _ => static entry => entry.LastSuccessfulStreamOrdering,
        };
        return backwards ? entries.OrderByDescending(column) : entries.OrderBy(column);
    }
}

/// <summary><c>GET /_synapse/admin/v1/federation/destinations/{destination}</c></summary>
sealed class GetDestinationEndpoint(DestinationOverview overview) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("GET", DestinationRequests.Path + "/{destination}", Access.Administrator)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        if (!DestinationRequests.Server(request).TryGet(out var server, out var error))
            return error;

        return await overview.FindAsync(server, cancellationToken) is { } status
            ? Reply.Json(ListDestinationsEndpoint.Show(status), DestinationsJson.Default.DestinationEntry)
            : DestinationRequests.Unknown();
    }
}

/// <summary><c>GET /_synapse/admin/v1/federation/destinations/{destination}/rooms</c>: rooms that it is in, by ID.</summary>
sealed class ListDestinationRoomsEndpoint(DestinationOverview overview) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("GET", DestinationRequests.Path + "/{destination}/rooms", Access.Administrator)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        if (!DestinationRequests.Page(request).TryGet(out var page, out var error) || !DestinationRequests.Server(request).TryGet(out var server, out error))
            return error;
        if (await overview.FindAsync(server, cancellationToken) is null)
            return DestinationRequests.Unknown();

        var rooms = await overview.ReadRoomsAsync(server, cancellationToken);
        List<DestinationRoomEntry> entries =
        [
            .. (page.Backwards ? rooms.Reverse() : rooms).Skip(page.From).Take(page.Limit)
                .Select(static room => new DestinationRoomEntry(room.RoomId, room.TakenUpTo)),
        ];
        return Reply.Json(
            new DestinationRoomList(entries, rooms.Count) { NextToken = DestinationRequests.Next(page.From, entries.Count, rooms.Count) },
            DestinationsJson.Default.DestinationRoomList);
    }
}

/// <summary><c>POST /_synapse/admin/v1/federation/destinations/{destination}/reset_connection</c>: tries a failing server again at once.</summary>
sealed class ResetConnectionEndpoint(DestinationOverview overview) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("POST", DestinationRequests.Path + "/{destination}/reset_connection", Access.Administrator)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        if (!DestinationRequests.Server(request).TryGet(out var server, out var error))
            return error;
        if (await overview.FindAsync(server, cancellationToken) is null)
            return DestinationRequests.Unknown();

        return await overview.TryResetAsync(server, cancellationToken)
            ? Reply.Empty
            : MatrixError.Of(400, "M_UNKNOWN", "The retry timing does not need to be reset for this destination.");
    }
}
