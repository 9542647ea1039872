using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Hybrid.Sync.Sliding;

/// <summary>One entry of <c>required_state</c>; null stands for any type or any key.</summary>
readonly record struct StateTerm(string? Type, string? Key);

/// <summary>
/// Which state of a room a client wants (MSC4186): what any of its clauses takes, one for each list and subscription that the room
/// belongs to. Where a clause loads members lazily, only members that it names one by one are wanted beside those that are needed.
/// Immutable.
/// </summary>
sealed class RequiredState
{
    const string Member = "m.room.member";

    readonly Clause[] _clauses;

    RequiredState(IEnumerable<Clause> clauses)
    {
        _clauses = [.. clauses.DistinctBy(static clause => clause.Text).OrderBy(static clause => clause.Text, StringComparer.Ordinal)];
        LoadsMembersLazily = Array.Exists(_clauses, static clause => clause.Lazy) && !Array.Exists(_clauses, static clause => clause.TakesAllMembers);
        Text = $"[{string.Join(',', _clauses.Select(static clause => clause.Text))}]";
    }

    /// <summary>Members come as the timeline needs them.</summary>
    public bool LoadsMembersLazily { get; }

    /// <summary>The server's own notation, equal for equal wishes; <see cref="Parse"/> reads it. Has no line breaks.</summary>
    public string Text { get; }

    public static RequiredState Of(IReadOnlyList<StateTerm> include, IReadOnlyList<StateTerm> exclude, bool lazyMembers) =>
        new([new Clause(include, exclude, lazyMembers)]);

    /// <summary>Everything that either takes.</summary>
    public RequiredState With(RequiredState other) => other.Text == Text ? this : new RequiredState(_clauses.Concat(other._clauses));

    /// <summary>Whether the state at this type and key is wanted, members that are only needed aside.</summary>
    public bool Takes(string type, string key)
    {
        foreach (var clause in _clauses)
        {
            if (clause.Takes(type, key))
                return true;
        }

        return false;
    }

    /// <summary>Reads <see cref="Text"/>.</summary>
    public static RequiredState Parse(string text)
    {
        using var document = JsonDocument.Parse(text);
        return new RequiredState(document.RootElement.EnumerateArray().Select(static clause => new Clause(
            ReadTerms(clause[1]), ReadTerms(clause[2]), clause[0].GetBoolean())));
    }

    static List<StateTerm> ReadTerms(JsonElement terms) =>
        [.. terms.EnumerateArray().Select(static term => new StateTerm(term[0].GetString(), term[1].GetString()))];

    sealed class Clause
    {
        readonly Terms _include;
        readonly Terms _exclude;

        public Clause(IReadOnlyList<StateTerm> include, IReadOnlyList<StateTerm> exclude, bool lazy)
        {
            _include = new Terms(include);
            _exclude = new Terms(exclude);
            Lazy = lazy;
            Text = Write(include, exclude, lazy);
        }

        public bool Lazy { get; }

        public bool TakesAllMembers => !Lazy && _include.HasEvery(Member) && _exclude.IsEmpty;

        public string Text { get; }

        public bool Takes(string type, string key) =>
            (Lazy && type == Member ? _include.Names(type, key) : _include.Has(type, key)) && (_exclude.IsEmpty || !_exclude.Has(type, key));

        static string Write(IReadOnlyList<StateTerm> include, IReadOnlyList<StateTerm> exclude, bool lazy)
        {
            var buffer = new ArrayBufferWriter<byte>(256);
            using var writer = new Utf8JsonWriter(buffer);
            writer.WriteStartArray();
            writer.WriteBooleanValue(lazy);
            WriteTerms(writer, include);
            WriteTerms(writer, exclude);
            writer.WriteEndArray();
            writer.Flush();
            return Encoding.UTF8.GetString(buffer.WrittenSpan);
        }

        static void WriteTerms(Utf8JsonWriter writer, IReadOnlyList<StateTerm> terms)
        {
            writer.WriteStartArray();
            foreach (var term in terms.Distinct().OrderBy(static term => term.Type, StringComparer.Ordinal).ThenBy(static term => term.Key, StringComparer.Ordinal))
            {
                writer.WriteStartArray();
                writer.WriteStringValue(term.Type);
                writer.WriteStringValue(term.Key);
                writer.WriteEndArray();
            }

            writer.WriteEndArray();
        }
    }

    /// <summary>Terms by type, so that a state of a hundred thousand members is gone through with a lookup each.</summary>
    sealed class Terms
    {
        readonly Dictionary<string, HashSet<string>> _named = new(StringComparer.Ordinal);
        readonly HashSet<string> _everyKey = new(StringComparer.Ordinal);
        readonly HashSet<string> _everyType = new(StringComparer.Ordinal);
        readonly bool _all;

        public Terms(IReadOnlyList<StateTerm> terms)
        {
            foreach (var term in terms)
            {
                switch (term)
                {
                    case { Type: null, Key: null }:
                        _all = true;
                        break;
                    case { Type: null, Key: { } key }:
                        _everyType.Add(key);
                        break;
                    case { Type: { } type, Key: null }:
                        _everyKey.Add(type);
                        break;
                    case { Type: { } type, Key: { } key }:
                        if (!_named.TryGetValue(type, out var keys))
                            _named.Add(type, keys = new HashSet<string>(StringComparer.Ordinal));
                        keys.Add(key);
                        break;
                }
            }

            IsEmpty = terms.Count == 0;
        }

        public bool IsEmpty { get; }

        public bool HasEvery(string type) => _all || _everyKey.Contains(type);

        public bool Names(string type, string key) => _named.TryGetValue(type, out var keys) && keys.Contains(key);

        public bool Has(string type, string key) => HasEvery(type) || _everyType.Contains(key) || Names(type, key);
    }
}
