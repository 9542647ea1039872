using Hybrid.Ephemeral.Typing;
using Hybrid.Primitives;
using Hybrid.Storage.Streams;
using Microsoft.Extensions.Time.Testing;

namespace Hybrid.Ephemeral.Tests;

public sealed class TypingTrackerTests : IDisposable
{
    static readonly RoomId Room = RoomId.Parse("!room:hybrid.test");
    static readonly UserId Alice = UserId.Parse("@alice:hybrid.test");

    readonly FakeTimeProvider _time = new();
    readonly StreamHub _hub = new();
    readonly TypingTracker _typing;
    readonly List<StreamNotice> _notices = [];

    public TypingTrackerTests()
    {
        _typing = new TypingTracker(_hub, _time);
        _hub.Subscribe(notices => _notices.AddRange(notices.Span));
    }

    public void Dispose() => _typing.Dispose();

    [Fact]
    public void Who_types_is_published_once_and_not_again_while_going_on()
    {
        _typing.Set(Room, Alice, TimeSpan.FromSeconds(10));
        _time.Advance(TimeSpan.FromSeconds(8));
        _typing.Set(Room, Alice, TimeSpan.FromSeconds(10));
        _time.Advance(TimeSpan.FromSeconds(8));

        Assert.Equal([Alice], _typing.Of(Room).Users);
        Assert.Equal(Room, Assert.Single(_notices).Room);
    }

    [Fact]
    public void Typing_ends_with_its_time()
    {
        _typing.Set(Room, Alice, TimeSpan.FromSeconds(10));
        var (started, _) = _typing.Of(Room);
        _time.Advance(TimeSpan.FromSeconds(10));

        var (stopped, users) = _typing.Of(Room);
        Assert.Empty(users);
        Assert.True(stopped > started);
        Assert.Equal([Room], _typing.ReadChangedRooms(started));
        Assert.Empty(_typing.ReadChangedRooms(stopped));
        Assert.Equal(stopped, _hub.Current(StreamKind.Typing));
    }

    [Fact]
    public void Stopping_twice_is_published_once()
    {
        _typing.Set(Room, Alice, TimeSpan.FromSeconds(10));
        _typing.Set(Room, Alice, TimeSpan.Zero);
        _typing.Set(Room, Alice, TimeSpan.Zero);

        Assert.Equal(2, _notices.Count);
    }

    [Fact]
    public void Nobody_types_longer_than_the_longest_time()
    {
        _typing.Set(Room, Alice, TimeSpan.FromHours(1));
        _time.Advance(TypingTracker.MaxTimeout);

        Assert.Empty(_typing.Of(Room).Users);
    }

    [Fact]
    public void Positions_grow_over_a_restart()
    {
        _typing.Set(Room, Alice, TimeSpan.FromSeconds(10));
        var before = _hub.Current(StreamKind.Typing);
        _time.Advance(TimeSpan.FromSeconds(1));
        var hub = new StreamHub();
        using var restarted = new TypingTracker(hub, _time);

        Assert.True(hub.Current(StreamKind.Typing) > before);
    }
}
