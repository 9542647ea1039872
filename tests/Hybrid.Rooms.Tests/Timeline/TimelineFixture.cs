using System.Buffers;
using System.Text.Json;
using Hybrid.Primitives;
using Hybrid.Rooms.Membership;
using Hybrid.Rooms.State;
using Hybrid.Rooms.Timeline;
using Hybrid.Storage.Rooms;
using Hybrid.Tests.Shared;
using Microsoft.Extensions.Time.Testing;

namespace Hybrid.Rooms.Tests.Timeline;

/// <summary>The reading half over a real database. Rooms are opened afresh at each call, since the tests append behind the engine's back.</summary>
public sealed class TimelineFixture : IDisposable
{
    public TimelineFixture()
    {
        Memberships = new MembershipIndex(Test.Memberships, Test.Hub);
        Store = new CountingRoomStore(Test.Rooms);
        Numbering = new StateNumbering(Test.States);
        States = new RoomStates(Test.States, Store, Numbering);
        Visibility = new EventVisibility(States, Test.Memberships, Memberships);
    }

    public TestDatabase Test { get; } = new();

    public MembershipIndex Memberships { get; }

    public CountingRoomStore Store { get; }

    public StateNumbering Numbering { get; }

    public RoomStates States { get; }

    public EventVisibility Visibility { get; }

    public FakeTimeProvider Time { get; } = new(DateTimeOffset.FromUnixTimeMilliseconds(1_700_001_000_000));

    public RoomRegistry OpenRooms() => new(Test.Rooms, States, null!, Time);

    /// <summary>A room whose events get their places in the state as those of the engine do.</summary>
    public TestRoom Room(string name = "room") => new(Test.Rooms, name, place: async append =>
    {
        var room = await OpenRooms().FindAsync(append.RoomId, default);
        return await States.PlaceAsync(append, room?.Current ?? RoomSnapshot.Empty(append.NewRoom!), default);
    });

    public ClientEventFormatter Formatter(RoomRegistry? rooms = null) =>
        new(Store, Test.Memberships, Memberships, rooms ?? OpenRooms(), Visibility, Time);

    /// <summary>The event as the user's client sees it.</summary>
    public async Task<JsonElement> ShowAsync(StoredEvent stored, UserId viewer, DeviceId? device = null, bool withRoomId = true)
    {
        var read = (await Test.Rooms.FindEventAsync(stored.EventId, default))!;
        var prepared = await Formatter().PrepareAsync([read], new EventViewer(viewer, device), default);
        return Written(writer => prepared.Write(writer, read, withRoomId), skipValidation: true);
    }

    public async Task<bool> CanSeeAsync(StoredEvent stored, UserId viewer)
    {
        var room = await OpenRooms().FindAsync(stored.RoomId, default);
        return await Visibility.CanSeeAsync(room!.Current, stored, viewer, default);
    }

    public static JsonElement Written(Action<Utf8JsonWriter> write, bool skipValidation)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = skipValidation }))
            write(writer);
        using var document = JsonDocument.Parse(buffer.WrittenMemory);
        return document.RootElement.Clone();
    }

    public void Dispose()
    {
        Memberships.Dispose();
        States.Dispose();
        Numbering.Dispose();
        Test.Dispose();
    }
}
