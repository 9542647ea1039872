using Hybrid.Accounts.AccountData;
using Hybrid.Http;
using Hybrid.Rooms.Timeline;

namespace Hybrid.ClientApi.Timeline;

/// <summary>Callers as those who look at events: with their device, and with whom they ignore.</summary>
public sealed class EventViewers(IgnoredUsers ignored)
{
    public async ValueTask<EventViewer> OfAsync(Caller caller, CancellationToken cancellationToken) =>
        new(caller.UserId, caller.DeviceId) { Ignored = await ignored.OfAsync(caller.UserId, cancellationToken) };
}
