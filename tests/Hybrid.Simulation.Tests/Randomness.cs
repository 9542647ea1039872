using System.Text;

namespace Hybrid.Simulation.Tests;

/// <summary>Everything random in a run, from its seed alone. Each use has a stream of its own, so that one more draw here changes nothing there.</summary>
sealed class Randomness(int seed)
{
    /// <summary>The stream of this name.</summary>
    public Random Stream(string name) => new(unchecked((int)Mix(name)));

    /// <summary>The 32 bytes that the key of this name grows from.</summary>
    public byte[] Key(string name)
    {
        var bytes = new byte[32];
        Stream("key " + name).NextBytes(bytes);
        return bytes;
    }

    // FNV-1a: string.GetHashCode differs from process to process.
    ulong Mix(string name)
    {
        var hash = 14695981039346656037UL ^ unchecked((uint)seed) * 0x9E3779B97F4A7C15UL;
        foreach (var value in Encoding.UTF8.GetBytes(name))
            hash = (hash ^ value) * 1099511628211UL;
        return hash ^ (hash >> 32);
    }
}

static class RandomChoices
{
    public static T Pick<T>(this Random random, IReadOnlyList<T> choices) => choices[random.Next(choices.Count)];

    public static bool Chance(this Random random, double probability) => random.NextDouble() < probability;

    public static TimeSpan Between(this Random random, TimeSpan least, TimeSpan most) => least + ((most - least) * random.NextDouble());
}
