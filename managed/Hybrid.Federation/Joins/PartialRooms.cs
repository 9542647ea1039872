using System.Collections.Concurrent;
using System.Text.Json;
using Hybrid.Federation.Events;
using Hybrid.Federation.Inbound;
using Hybrid.Federation.Requests;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Rooms.Receiving;
using Hybrid.Storage;
using Hybrid.Storage.Rooms;
using Hybrid.Storage.Space;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using EventId = Hybrid.Primitives.EventId;

namespace Hybrid.Federation.Joins;

/// <summary>
/// Completes the state of rooms that were joined with a part of it (MSC3706): from what the answer to the join holds, or by asking the servers in the room.
/// A restart takes up what was not done. Events that came meanwhile wait in the inbound log, and are received then.
/// </summary>
public sealed class PartialRooms(
    RoomRegistry rooms, RemoteEvents remote, IFederationClient client, EventVerifier verifier, IRoomStore store, RoomLanes lanes, AnswerFolder answers,
    TimeProvider time, ILogger<PartialRooms> logger) : BackgroundService
{
    // Of how many events it is better to ask for the state as a whole.
    const int MaxSingle = 100;
    const int AtOnce = 4;
    const int Page = 2000;
    const long MaxStateBytes = 512L << 20;
    static readonly TimeSpan StateTimeout = TimeSpan.FromMinutes(5);
    static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(5);
    static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(10);

    readonly ConcurrentDictionary<RoomId, byte> _underWay = new();
    readonly SemaphoreSlim _slots = new(AtOnce);
    CancellationToken _stopping;

    /// <summary>Begins to complete a room.</summary>
    internal async ValueTask BeginAsync(Room room, TellingOfState? telling)
    {
        if (_underWay.TryAdd(room.RoomId, default))
            _ = RunAsync(room, telling);
        else if (telling is not null)
            await telling.Answer.DisposeAsync();
    }

    public override void Dispose()
    {
        _slots.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        _stopping = stoppingToken;
        foreach (var roomId in await store.ReadPartialRoomsAsync(stoppingToken))
        {
            if (await rooms.FindAsync(roomId, stoppingToken) is { } room)
                await BeginAsync(room, null);
        }
    }

    async Task RunAsync(Room room, TellingOfState? telling)
    {
        await Task.Yield();
        await using var answer = telling?.Answer;
        try
        {
            for (var attempt = 0; !room.WholeStateAsync().IsCompleted; attempt++)
            {
                // A room that was deleted meanwhile is another's to find from now on, or nobody's.
                if (!ReferenceEquals(await rooms.FindAsync(room.RoomId, _stopping), room))
                    break;

                if (await TryAsync(room, attempt, attempt == 0 ? telling : null))
                    break;

                var pause = FirstPause * Math.Pow(2, Math.Min(attempt, 8));
                await Task.WhenAny(room.WholeStateAsync(), Task.Delay(pause < LongestPause ? pause : LongestPause, time, _stopping));
                _stopping.ThrowIfCancellationRequested();
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // It is taken up at the next start.
        }
        finally
        {
            _underWay.TryRemove(room.RoomId, out _);
        }

        lanes.Wake(room.RoomId);
    }

    async ValueTask<bool> TryAsync(Room room, int attempt, TellingOfState? telling)
    {
        await _slots.WaitAsync(_stopping);
        try
        {
            if (room.Current.Partial is not { } partial)
                return true;
            if (telling is not null && await TakeAsync(room, partial, telling))
                return true;

            // Another first each time, as one may be down, or know less than it should.
            foreach (var server in partial.Servers.Skip(attempt % partial.Servers.Count).Concat(partial.Servers.Take(attempt % partial.Servers.Count)))
            {
                if (room.WholeStateAsync().IsCompleted || await TryAsync(room, partial, server))
                    return true;
            }
        }
#pragma warning disable CA1031 // Whatever a peer can provoke is tried again with another.
        catch (Exception exception) when (!_stopping.IsCancellationRequested)
#pragma warning restore CA1031
        {
            if (exception is not (StoreUnavailableException or StorageFullException))
                logger.LogError(exception, "The state of {Room} cannot be completed yet", room.RoomId);
        }
        finally
        {
            _slots.Release();
        }

        return false;
    }

    // What came with the join is all of it, or has to be completed by others.
    async ValueTask<bool> TakeAsync(Room room, PartialState partial, TellingOfState telling)
    {
        var ids = await new StateIntake(room, verifier).TakeAsync(telling.Answer.ReadAsync(_stopping), ToldRoomReader.State, membersOnly: false, _stopping);
        // The rest can take hours, if others have to be waited for.
        await telling.Answer.DisposeAsync();
        return !telling.MembersOmitted && await CompleteAsync(room, partial, ids);
    }

    async ValueTask<bool> TryAsync(Room room, PartialState partial, ServerName server)
    {
        if (await remote.StateIdsAsync(server, room.RoomId, partial.Join, _stopping) is not { } ids || !IsOf(room, ids.State))
            return false;

        List<EventId> all = [.. ids.State.Concat(ids.AuthChain).Distinct()];
        var missing = await MissingAsync(all);
        if (missing.Count > MaxSingle)
            await FetchStateAsync(room, server, partial.Join, all);
        else if (missing.Count > 0)
        {
            var found = await remote.EventsAsync(server, new RemoteRoom(room.RoomId, room.Current.Version), missing, IncomingKind.Outlier, _stopping);
            await room.ReceiveAsync(EventOrder.Sort(found), afresh: false, _stopping);
        }

        // A state of which something is missing would be another state.
        return (await MissingAsync(ids.State)).Count == 0 && await CompleteAsync(room, partial, ids.State);
    }

    async ValueTask FetchStateAsync(Room room, ServerName server, EventId join, List<EventId> all)
    {
        var path = FederationPath.WithQuery(FederationPath.Of("federation/v1/state", room.RoomId.Value), ("event_id", join.Value));
        using var timer = new CancellationTokenSource(StateTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, _stopping);
        var request = FederationRequest.Get(path) with { Timeout = StateTimeout, MaxAnswerBytes = MaxStateBytes };
        if (!(await client.OpenAsync(server, request, _stopping)).TryGet(out var opened, out _))
            return;

        await using (var answer = new ToldAnswer(opened, "pdus", answers))
        {
            try
            {
                // Mostly it is members alone that were left out.
                var intake = new StateIntake(room, verifier);
                await intake.TakeAsync(answer.ReadAsync(either.Token), ToldRoomReader.State, membersOnly: true, _stopping);
                if ((await MissingAsync(all)).Count == 0)
                    return;

                await intake.TakeAsync(answer.ReadAsync(either.Token), ToldRoomReader.AuthChain, membersOnly: false, _stopping);
                await intake.TakeAsync(answer.ReadAsync(either.Token), ToldRoomReader.State, membersOnly: false, _stopping);
            }
            catch (Exception exception) when (exception is JsonException or IOException or InvalidDataException || (timer.IsCancellationRequested && exception is OperationCanceledException))
            {
                logger.LogInformation("{Server} does not tell the state of {Room}: {Reason}", server, room.RoomId, exception.Message);
            }
        }
    }

    async ValueTask<bool> CompleteAsync(Room room, PartialState partial, IReadOnlyList<EventId> state)
    {
        LargeStates.CollectGarbage(state.Count);
        if (!await room.CompleteStateAsync(partial.Join, state.ToHashSet(), _stopping))
            return room.WholeStateAsync().IsCompleted;

        logger.LogInformation("The state of {Room} is complete, with {Members} members of {Servers} servers", room.RoomId, room.Current.Joined.Count, room.Current.Servers.Count);
        LargeStates.CollectGarbage(state.Count);
        return true;
    }

    // A state without the room's beginning is that of another.
    static bool IsOf(Room room, IReadOnlyList<EventId> state) =>
        room.Current.Find("m.room.create") is { } create && state.Contains(create.EventId);

    async ValueTask<List<EventId>> MissingAsync(IReadOnlyList<EventId> wanted)
    {
        var missing = new List<EventId>();
        foreach (var page in wanted.Chunk(Page))
        {
            var known = (await store.FilterKnownAsync(page, _stopping)).ToHashSet();
            missing.AddRange(page.Where(id => !known.Contains(id)));
        }

        return missing;
    }
}
