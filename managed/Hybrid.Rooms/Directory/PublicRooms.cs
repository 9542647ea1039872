using System.Globalization;
using Hybrid.Primitives;
using Hybrid.Primitives.Text;
using Hybrid.Rooms.Aliases;
using Hybrid.Storage.Rooms;

namespace Hybrid.Rooms.Directory;

/// <summary>Which published rooms are asked for.</summary>
/// <param name="Limit">The most rooms to return; at least 1.</param>
/// <param name="Since">A token of an earlier page, or null.</param>
/// <param name="SearchTerm">Only rooms that mention this, whatever case and accents; null for all.</param>
/// <param name="RoomTypes">Only rooms of these types, null standing for rooms without one; null for all.</param>
public sealed record PublicRoomsQuery(int Limit, string? Since, string? SearchTerm, IReadOnlyList<string?>? RoomTypes)
{
    /// <summary>In place of the server's own rooms those that an application service publishes of this network; null for the server's own.</summary>
    public string? Network { get; init; }

    /// <summary>The server's own rooms, and those of every network.</summary>
    public bool AllNetworks { get; init; }
}

/// <summary>A page of the directory, with tokens for the pages around it.</summary>
public sealed record PublicRoomsPage(IReadOnlyList<RoomSummary> Rooms, string? Next, string? Previous, int Total);

/// <summary>The published room directory of this server (specification, "Published room directory").</summary>
public sealed class PublicRooms(IAliasStore store, RoomRegistry rooms)
{
    /// <summary>Rooms with the most members first. A token that is none of this directory is <c>M_INVALID_PARAM</c>.</summary>
    public async ValueTask<Result<PublicRoomsPage>> ListAsync(PublicRoomsQuery query, CancellationToken cancellationToken)
    {
        var start = 0;
        if (query.Since is { } since && !TryReadToken(since, out start))
            return MatrixError.InvalidParam("'since' is not a token of this directory.");

        var term = TextFolding.Fold(query.SearchTerm?.Trim() ?? "");
        var summaries = new List<RoomSummary>();
        foreach (var roomId in await ReadAsync(query, cancellationToken))
        {
            if (await rooms.FindAsync(roomId, cancellationToken) is { } room && Matches(RoomSummary.Of(room.Current), query, term) is { } summary)
                summaries.Add(summary);
        }

        summaries.Sort(static (left, right) =>
            left.JoinedMembers != right.JoinedMembers ? right.JoinedMembers.CompareTo(left.JoinedMembers) : left.RoomId.CompareTo(right.RoomId));
        start = Math.Min(start, summaries.Count);
        var end = Math.Min(start + query.Limit, summaries.Count);
        return new PublicRoomsPage(
            summaries[start..end], end < summaries.Count ? Token(end) : null, start > 0 ? Token(Math.Max(0, start - query.Limit)) : null, summaries.Count);
    }

    async ValueTask<IReadOnlyList<RoomId>> ReadAsync(PublicRoomsQuery query, CancellationToken cancellationToken)
    {
        if (query.Network is { } network)
            return await store.ReadListedOnAsync(network, cancellationToken);

        var own = await store.ReadPublicRoomsAsync(cancellationToken);
        return query.AllNetworks ? [.. own.Union(await store.ReadListedOnAsync(null, cancellationToken))] : own;
    }

    /// <summary>Whether the room is listed; <c>M_NOT_FOUND</c> for an unknown one.</summary>
    public async ValueTask<Result<bool>> IsListedAsync(RoomId roomId, CancellationToken cancellationToken) =>
        await rooms.FindAsync(roomId, cancellationToken) is null ? NotFound() : await store.IsPublicAsync(roomId, cancellationToken);

    /// <summary>Lists the room or not: for those who may set its canonical alias, and administrators.</summary>
    public async ValueTask<Result<Done>> SetListedAsync(RoomId roomId, bool isListed, UserId userId, bool isAdmin, CancellationToken cancellationToken)
    {
        if (await rooms.FindAsync(roomId, cancellationToken) is not { } room)
            return NotFound();
        if (!isAdmin && !RoomAliases.CanSetCanonicalAlias(room.Current, userId))
            return MatrixError.Forbidden("Listing this room takes a higher power level in it.");

        await store.SetPublicAsync(roomId, isListed, cancellationToken);
        return default(Done);
    }

    static RoomSummary? Matches(RoomSummary summary, PublicRoomsQuery query, string term) =>
        (query.RoomTypes is null || query.RoomTypes.Contains(summary.RoomType))
        && (term == "" || summary.Mentions(term))
            ? summary
            : null;

    // A token counts the rooms before its page.
    static string Token(int start) => string.Create(CultureInfo.InvariantCulture, $"d{start}");

    static bool TryReadToken(string token, out int start)
    {
        start = 0;
        return token.StartsWith('d') && int.TryParse(token.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out start);
    }

    static MatrixError NotFound() => MatrixError.NotFound("This server does not know the room.");
}
