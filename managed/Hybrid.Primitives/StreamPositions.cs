using System.Globalization;

namespace Hybrid.Primitives;

/// <summary>What a stream carries. Each stream has positions of its own; the numbers are stored, so they keep their meaning.</summary>
public enum StreamKind
{
    /// <summary>Room events: the log itself.</summary>
    Events = 0,
    ToDevice = 1,
    AccountData = 2,
    Receipts = 3,
    DeviceLists = 4,

    /// <summary>Kept in memory only; positions start from the clock, so that they grow across restarts.</summary>
    Typing = 5,

    /// <summary>Kept in memory only, as <see cref="Typing"/>.</summary>
    Presence = 6,
}

/// <summary>A position in every stream: what a sync token says. Written as <c>s1_2_3_4_5_6_7</c>.</summary>
public readonly record struct StreamPositions(long Events, long ToDevice, long AccountData, long Receipts, long DeviceLists, long Typing, long Presence)
{
    /// <summary>How many streams there are.</summary>
    public const int Count = 7;

    public long this[StreamKind kind] => kind switch
    {
        StreamKind.Events => Events,
        StreamKind.ToDevice => ToDevice,
        StreamKind.AccountData => AccountData,
        StreamKind.Receipts => Receipts,
        StreamKind.DeviceLists => DeviceLists,
        StreamKind.Typing => Typing,
        StreamKind.Presence => Presence,
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    /// <summary>Reads a token that <see cref="ToString"/> wrote.</summary>
    public static bool TryParse(ReadOnlySpan<char> token, out StreamPositions positions)
    {
        positions = default;
        if (token.IsEmpty || token[0] != 's')
            return false;

        Span<long> values = stackalloc long[Count];
        var index = 0;
        foreach (var part in token[1..].Split('_'))
        {
            if (index == Count || !long.TryParse(token[1..][part], NumberStyles.None, CultureInfo.InvariantCulture, out values[index++]))
                return false;
        }

        if (index != Count)
            return false;

        positions = new StreamPositions(values[0], values[1], values[2], values[3], values[4], values[5], values[6]);
        return true;
    }

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"s{Events}_{ToDevice}_{AccountData}_{Receipts}_{DeviceLists}_{Typing}_{Presence}");
}
