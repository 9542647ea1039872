using Hybrid.Http;
using Hybrid.Rooms.Timeline;
using Hybrid.Sync;

namespace Hybrid.ClientApi.Timeline;

/// <summary>Callers as those who look at events: with their device, and with whom they ignore.</summary>
public sealed class EventViewers(HiddenUsers hidden)
{
    public async ValueTask<EventViewer> OfAsync(Caller caller, CancellationToken cancellationToken) =>
        new(caller.UserId, caller.DeviceId) { Ignored = await hidden.OfAsync(caller.UserId, cancellationToken) };
}
