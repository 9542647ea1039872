using System.Collections.Frozen;
using System.Net;

namespace Hybrid.Federation.Discovery;

/// <summary>The names that the machine's operator has written down (hosts(5)). Read anew when it changes.</summary>
sealed class HostsFile(string path)
{
    readonly Lock _lock = new();
    FrozenDictionary<string, List<IPAddress>> _names = FrozenDictionary<string, List<IPAddress>>.Empty;
    DateTime _read;

    /// <summary>The addresses of a name, in the order of the file; empty when it is not there.</summary>
    public IReadOnlyList<IPAddress> Find(string name)
    {
        var changed = File.GetLastWriteTimeUtc(path);
        lock (_lock)
        {
            if (changed != _read)
            {
                _names = Read();
                _read = changed;
            }

            return _names.TryGetValue(name, out var addresses) ? addresses : [];
        }
    }

    FrozenDictionary<string, List<IPAddress>> Read()
    {
        var names = new Dictionary<string, List<IPAddress>>(StringComparer.OrdinalIgnoreCase);
        foreach (var line in Lines())
        {
            var words = line.Split('#')[0].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length < 2 || !IPAddress.TryParse(words[0], out var address))
                continue;

            foreach (var name in words[1..])
            {
                if (!names.TryGetValue(name, out var addresses))
                    names[name] = addresses = [];
                addresses.Add(address);
            }
        }

        return names.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
    }

    string[] Lines()
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A machine without one, or that lets nobody read it.
            return [];
        }
    }
}
