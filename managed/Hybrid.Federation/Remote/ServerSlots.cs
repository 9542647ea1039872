using Hybrid.Primitives;

namespace Hybrid.Federation.Remote;

/// <summary>
/// How much is asked of one server at a time on behalf of users. A server that is slow holds up those who want something of it, and no others;
/// beyond a number of those, they are turned away at once.
/// </summary>
/// <param name="atOnce">Requests to one server at a time.</param>
/// <param name="waiting">How many may wait for their turn beside them.</param>
sealed class ServerSlots(int atOnce, int waiting)
{
    readonly Dictionary<ServerName, Slots> _servers = [];

    /// <summary>Waits for a turn, which ends with the disposal; null when too many wait already.</summary>
    public async ValueTask<IDisposable?> TryEnterAsync(ServerName server, CancellationToken cancellationToken)
    {
        if (Join(server) is not { } slots)
            return null;

        try
        {
            await slots.Free.WaitAsync(cancellationToken);
            return new Turn(this, server, slots);
        }
        catch
        {
            Leave(server, slots);
            throw;
        }
    }

    Slots? Join(ServerName server)
    {
        lock (_servers)
        {
            if (!_servers.TryGetValue(server, out var slots))
                _servers.Add(server, slots = new Slots(atOnce));
            if (slots.Users >= atOnce + waiting)
                return null;

            slots.Users++;
            return slots;
        }
    }

    void Leave(ServerName server, Slots slots)
    {
        lock (_servers)
        {
            if (--slots.Users > 0)
                return;

            _servers.Remove(server);
            slots.Free.Dispose();
        }
    }

    sealed class Slots(int atOnce)
    {
        public SemaphoreSlim Free { get; } = new(atOnce);

        /// <summary>Who has a turn or waits for one.</summary>
        public int Users { get; set; }
    }

    sealed class Turn(ServerSlots owner, ServerName server, Slots slots) : IDisposable
    {
        bool _over;

        public void Dispose()
        {
            if (_over)
                return;

            _over = true;
            slots.Free.Release();
            owner.Leave(server, slots);
        }
    }
}
