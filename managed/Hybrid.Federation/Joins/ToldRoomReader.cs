using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Hybrid.Federation.Joins;

/// <summary>One of the values that another server tells of a room.</summary>
/// <param name="Name">What it is called, or the list that it is an element of; <see cref="ToldRoomReader.State"/> for state, whatever the answer calls it.</param>
/// <param name="Type">What it is.</param>
/// <param name="Json">Its bytes, until the next is asked for.</param>
readonly record struct ToldValue(string Name, JsonTokenType Type, ReadOnlyMemory<byte> Json);

/// <summary>
/// Reads a room as it comes, in answer to a join or to <c>/state</c>: no more is in memory than one event takes, or one piece of many small ones. Of lists
/// with the same name the first counts.
/// </summary>
/// <param name="stateName">What the list of the state is called: <c>state</c>, or <c>pdus</c>.</param>
sealed class ToldRoomReader(string stateName)
{
    public const string State = "state";
    public const string AuthChain = "auth_chain";
    public const string Event = "event";
    public const string Servers = "servers_in_room";
    public const string MembersOmitted = "members_omitted";

    const int BufferSize = 256 * 1024;

    readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    readonly List<ToldValue> _values = [];
    byte[] _buffer = new byte[BufferSize];
    JsonReaderState _json;
    string? _name;
    bool _isInList;

    /// <summary>Reads to the end.</summary>
    /// <exception cref="JsonException">It is no JSON.</exception>
    /// <exception cref="IOException">It breaks off.</exception>
    public async IAsyncEnumerable<ToldValue> ReadAsync(Stream answer, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (filled, isLast) = (0, false);
        while (!isLast)
        {
            // Always as much as there is room for: an event that is longer is looked at again only when twice as much of it is there.
            var wanted = _buffer.Length - filled;
            var read = await answer.ReadAtLeastAsync(_buffer.AsMemory(filled), wanted, throwOnEndOfStream: false, cancellationToken);
            filled += read;
            isLast = read < wanted;
            var consumed = Parse(_buffer.AsMemory(0, filled), isLast);
            foreach (var value in _values)
                yield return value;

            _values.Clear();
            if (consumed == 0 && filled == _buffer.Length)
                Array.Resize(ref _buffer, _buffer.Length * 2);
            else
                _buffer.AsSpan(consumed, filled - consumed).CopyTo(_buffer);
            filled -= consumed;
        }
    }

    // Takes whole values and passes over the rest; how many bytes were of use.
    int Parse(ReadOnlyMemory<byte> bytes, bool isLast)
    {
        var reader = new Utf8JsonReader(bytes.Span, isLast, _json);
        while (true)
        {
            var before = reader;
            if (!reader.Read())
                break;

            if (IsValue(reader))
            {
                var (start, type) = ((int)reader.TokenStartIndex, reader.TokenType);
                if (!reader.TrySkip())
                {
                    reader = before;
                    break;
                }

                _values.Add(new ToldValue(_name!, type, bytes[start..(int)reader.BytesConsumed]));
            }
            else if (reader.CurrentDepth == 1)
            {
                Step(reader);
            }
        }

        _json = reader.CurrentState;
        return (int)reader.BytesConsumed;
    }

    bool IsValue(in Utf8JsonReader reader) => _isInList
        ? reader.CurrentDepth == 2
        : reader is { CurrentDepth: 1, TokenType: JsonTokenType.StartObject or JsonTokenType.True } && _name is Event or MembersOmitted;

    void Step(in Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.PropertyName:
                _name = Known(reader.GetString()!);
                break;
            case JsonTokenType.StartArray:
                _isInList = _name is State or AuthChain or Servers;
                break;
            default:
                _isInList = false;
                break;
        }
    }

    string? Known(string name)
    {
        if (!_seen.Add(name))
            return null;
        if (name == stateName)
            return State;

        return name is AuthChain or Event or Servers or MembersOmitted ? name : null;
    }
}
