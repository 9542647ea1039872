using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Hybrid.Tests.Shared;

/// <summary>
/// Ports for servers whose name has the port in it, so that they are away for a moment and need the same one again: outside the range of which the
/// system gives outgoing connections theirs, so that none of those takes it meanwhile.
/// </summary>
public static class ServerPorts
{
    const int Lowest = 10_000;
    const int Highest = 65_535;
    const int Attempts = 1000;

    // Where the range is not known, as outside Linux, it is the one that IANA names.
    static readonly (int First, int Last) Outgoing = File.Exists("/proc/sys/net/ipv4/ip_local_port_range")
        ? Parse(File.ReadAllText("/proc/sys/net/ipv4/ip_local_port_range"))
        : (49_152, Highest);

    /// <summary>A loopback port that nobody listens on. Another program may still be faster to take it.</summary>
    public static int Find()
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var port = RandomNumberGenerator.GetInt32(Lowest, Highest + 1);
            if ((port < Outgoing.First || port > Outgoing.Last) && IsFree(port))
                return port;
        }

        throw new InvalidOperationException($"No port between {Lowest} and {Highest} is free, but for those of outgoing connections.");
    }

    static bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    static (int First, int Last) Parse(string range)
    {
        var bounds = range.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return (int.Parse(bounds[0], CultureInfo.InvariantCulture), int.Parse(bounds[1], CultureInfo.InvariantCulture));
    }
}
