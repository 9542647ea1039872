using System.Globalization;

namespace Hybrid.LoadGenerator.Target;

/// <summary>CPU time and memory of a process and all that it started, from <c>/proc</c>.</summary>
sealed class ProcessMeter(int processId)
{
    // USER_HZ is 100 on every Linux that .NET runs on, so that one tick is 10 ms.
    static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(10);

    /// <summary>CPU time in user and kernel mode so far.</summary>
    public TimeSpan CpuTime
    {
        get
        {
            var ticks = 0L;
            foreach (var fields in Family())
                ticks += long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
            return ticks * Tick;
        }
    }

    /// <summary>Resident memory, in bytes.</summary>
    public long ResidentBytes => Family().Sum(static fields => long.Parse(fields[21], CultureInfo.InvariantCulture)) * Environment.SystemPageSize;

    /// <summary>Whether there is such a process to read.</summary>
    public bool IsRunning => Family().Count > 0;

    // The fields of /proc/PID/stat after the program's name, which may itself hold spaces; the first is the state.
    List<string[]> Family()
    {
        var all = new Dictionary<int, (int Parent, string[] Fields)>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id) && Read(id) is { } fields)
                all.Add(id, (int.Parse(fields[1], CultureInfo.InvariantCulture), fields));
        }

        return [.. all.Keys.Where(IsOfFamily).Select(id => all[id].Fields)];

        bool IsOfFamily(int id)
        {
            while (id != processId)
            {
                if (!all.TryGetValue(id, out var process))
                    return false;
                id = process.Parent;
            }

            return all.ContainsKey(id);
        }
    }

    static string[]? Read(int id)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{id}/stat");
            return text[(text.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            // It ended between the listing and the reading.
            return null;
        }
    }
}
