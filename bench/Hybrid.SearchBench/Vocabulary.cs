using System.Text;

namespace Hybrid.SearchBench;

/// <summary>Words as often as those of a language: the second half as often as the first, and so on. None is part of another. The same at every run.</summary>
sealed class Vocabulary
{
    const string Consonants = "bcdfghjklmnprstvz";
    const string Vowels = "aeiou";

    readonly Random _random = new(2026);
    readonly string[] _words;
    readonly double[] _upTo;

    public Vocabulary(int size)
    {
        var words = new HashSet<string>(StringComparer.Ordinal);
        while (words.Count < size)
            words.Add(string.Concat(Enumerable.Range(0, 4).Select(_ => $"{Consonants[_random.Next(Consonants.Length)]}{Vowels[_random.Next(Vowels.Length)]}")));
        _words = [.. words];
        _upTo = new double[size];
        var sum = 0.0;
        for (var rank = 0; rank < size; rank++)
            _upTo[rank] = sum += 1.0 / (rank + 1);
    }

    /// <summary>The word of a rank; 0 is the most frequent.</summary>
    public string this[int rank] => _words[rank];

    public string Sentence(int words)
    {
        var text = new StringBuilder();
        for (var word = 0; word < words; word++)
        {
            var found = Array.BinarySearch(_upTo, _random.NextDouble() * _upTo[^1]);
            text.Append(word == 0 ? "" : " ").Append(_words[Math.Min(found < 0 ? ~found : found, _words.Length - 1)]);
        }

        return text.ToString();
    }
}
