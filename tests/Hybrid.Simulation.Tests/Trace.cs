using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Hybrid.Simulation.Tests.Network;

namespace Hybrid.Simulation.Tests;

/// <summary>What happened in a run: lines to read, and their digest.</summary>
sealed class Trace(VirtualTime time, bool keep)
{
    readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    readonly StringBuilder _text = new();

    /// <summary>Notes what happened, which the same seed must bring about again.</summary>
    public void Add(string line)
    {
        _hash.AppendData(Encoding.UTF8.GetBytes(FormattableString.Invariant($"{time.Now.Ticks} {line}\n")));
        Remark(line);
    }

    /// <summary>The same with bytes that belong to it, which are compared, and not shown.</summary>
    public void Add(string line, ReadOnlyMemory<byte> bytes)
    {
        Add(line);
        Note(bytes);
    }

    /// <summary>Notes what nobody reads and the same seed must bring about again.</summary>
    public void Note(ReadOnlyMemory<byte> bytes) => _hash.AppendData(bytes.Span);

    /// <summary>Notes something for whoever reads, which says nothing new.</summary>
    public void Remark(string line)
    {
        if (keep)
            _text.Append(CultureInfo.InvariantCulture, $"{time.Now.TotalSeconds,12:F3}  {line}\n");
    }

    /// <summary>Whether there is anything to read afterwards.</summary>
    public bool IsKept => keep;

    public string Text => _text.ToString();

    public string Digest() => Convert.ToHexStringLower(_hash.GetCurrentHash().AsSpan(0, 12));
}
