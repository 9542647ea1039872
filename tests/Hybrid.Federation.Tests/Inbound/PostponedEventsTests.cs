using Hybrid.Federation.Inbound;
using Hybrid.Primitives;
using Microsoft.Extensions.Time.Testing;

namespace Hybrid.Federation.Tests.Inbound;

public sealed class PostponedEventsTests
{
    static readonly RoomId Room = RoomId.Parse("!room:hybrid.test");

    readonly FakeTimeProvider _time = new();
    readonly PostponedEvents _postponed;

    public PostponedEventsTests() => _postponed = new PostponedEvents(_time);

    [Fact]
    public void An_event_is_tried_for_about_an_hour_and_ever_less_often()
    {
        var pauses = new List<TimeSpan>();
        while (_postponed.Postpone(Room, Id(1)) is { } pause)
        {
            pauses.Add(pause);
            Assert.True(_postponed.IsWaiting(Room, Id(1)));
            _time.Advance(pause - TimeSpan.FromMilliseconds(1));
            Assert.True(_postponed.IsWaiting(Room, Id(1)));
            _time.Advance(TimeSpan.FromMilliseconds(1));
            Assert.False(_postponed.IsWaiting(Room, Id(1)));
        }

        Assert.Equal(TimeSpan.FromSeconds(30), pauses[0]);
        Assert.All(pauses.Zip(pauses.Skip(1)), static pair => Assert.Equal(pair.First * 2, pair.Second));
        Assert.InRange(pauses.Aggregate(TimeSpan.Zero, static (sum, pause) => sum + pause), TimeSpan.FromMinutes(50), TimeSpan.FromMinutes(70));
    }

    [Fact]
    public void What_left_the_log_is_forgotten_and_begins_anew()
    {
        Assert.Equal(TimeSpan.FromSeconds(30), _postponed.Postpone(Room, Id(1)));
        Assert.Equal(TimeSpan.FromMinutes(1), _postponed.Postpone(Room, Id(1)));
        _postponed.Postpone(Room, Id(2));
        Assert.Equal(2, _postponed.Count(Room));

        _postponed.Forget(Room, [Id(1)]);

        Assert.Equal(1, _postponed.Count(Room));
        Assert.False(_postponed.IsWaiting(Room, Id(1)));
        Assert.True(_postponed.IsWaiting(Room, Id(2)));
        Assert.Equal(TimeSpan.FromSeconds(30), _postponed.Postpone(Room, Id(1)));
    }

    [Fact]
    public void A_room_has_few_of_them_and_one_room_takes_nothing_from_another()
    {
        var taken = Enumerable.Range(0, 1000).Count(number => _postponed.Postpone(Room, Id(number)) is not null);

        Assert.Equal(100, taken);
        Assert.Equal(100, _postponed.Count(Room));
        Assert.NotNull(_postponed.Postpone(Room, Id(5)));
        Assert.NotNull(_postponed.Postpone(RoomId.Parse("!other:hybrid.test"), Id(1000)));
    }

    static EventId Id(int number) => EventId.Parse($"$event{number}");
}
