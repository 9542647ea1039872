using Hybrid.Primitives;
using Hybrid.Primitives.Text;
using Hybrid.Storage.Rooms;

namespace Hybrid.Storage.Search;

/// <summary>What of an event is searched (specification, "Server Side Search", <c>keys</c>).</summary>
[Flags]
public enum SearchKeys
{
    None = 0,

    /// <summary><c>content.body</c> of messages.</summary>
    Body = 1,

    /// <summary><c>content.name</c> of <c>m.room.name</c>.</summary>
    Name = 2,

    /// <summary><c>content.topic</c> of <c>m.room.topic</c>.</summary>
    Topic = 4,

    All = Body | Name | Topic,
}

/// <summary>An event as the index holds it.</summary>
/// <param name="Position">Its position in the log; an event that is not stored any more is not taken in.</param>
/// <param name="RoomId">Its room.</param>
/// <param name="Key">Where its text comes from.</param>
/// <param name="Shown">The position of the event whose text this is: its own, or that of its latest edit.</param>
/// <param name="Tokens">The text (<see cref="SearchTokens"/>).</param>
public sealed record IndexedMessage(long Position, RoomId RoomId, SearchKeys Key, long Shown, IReadOnlyList<string> Tokens);

/// <summary>What a stretch of the log changes in the index.</summary>
/// <param name="Put">Events whose text is now this.</param>
/// <param name="Removed">Positions of events that are not to be found any more.</param>
/// <param name="Position">How far the log is taken in with this.</param>
public sealed record MessageIndexChange(IReadOnlyList<IndexedMessage> Put, IReadOnlyList<long> Removed, long Position);

/// <summary>What is searched for.</summary>
/// <param name="Phrases">At least one; an event has to have all of them.</param>
/// <param name="Rooms">Only in these rooms.</param>
/// <param name="Keys">Only in these texts.</param>
public sealed record MessageQuery(IReadOnlyList<SearchPhrase> Phrases, IReadOnlyCollection<RoomId> Rooms, SearchKeys Keys);

/// <summary>An event that was found, and how well it matches: higher is better. Ranks of different engines cannot be compared.</summary>
public sealed record MessageMatch(StoredEvent Event, double Rank);

/// <summary>The index of what was said, written by its reader of the log. With a purged event, and a deleted room, goes its place here.</summary>
public interface IMessageIndexStore
{
    /// <summary>How far the log is taken in.</summary>
    ValueTask<long> ReadPositionAsync(CancellationToken cancellationToken);

    ValueTask ApplyAsync(MessageIndexChange change, CancellationToken cancellationToken);

    /// <summary>Events that are found by the text of one of these, the positions of edits.</summary>
    ValueTask<IReadOnlyList<EventId>> FindEditedAsync(IReadOnlyCollection<long> edits, CancellationToken cancellationToken);

    /// <summary>Events that match, the newest first, from the first before <paramref name="before"/> on.</summary>
    ValueTask<IReadOnlyList<MessageMatch>> FindRecentAsync(MessageQuery query, long before, int limit, CancellationToken cancellationToken);

    /// <summary>The events that match best, the best first, among the newest <see cref="MostRanked"/> that match.</summary>
    ValueTask<IReadOnlyList<MessageMatch>> FindBestAsync(MessageQuery query, int limit, CancellationToken cancellationToken);

    /// <summary>How many events match; counting ends at <see cref="MostRanked"/>.</summary>
    ValueTask<long> CountAsync(MessageQuery query, CancellationToken cancellationToken);

    /// <summary>Takes out everything that a user sent.</summary>
    ValueTask RemoveSenderAsync(UserId userId, CancellationToken cancellationToken);

    /// <summary>How many matches are looked at: a word that everyone uses must not read the whole index.</summary>
    const long MostRanked = 10_000;
}
