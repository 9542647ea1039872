using System.Text.Json;
using Hybrid.Primitives;

namespace Hybrid.Federation.Joins;

/// <summary>
/// Reads a room as it comes: of the text as a whole nothing is kept, which for a large room has as many bytes as all that is made of it. Of members with
/// the same name the first counts.
/// </summary>
/// <param name="stateName">What the list of the state is called: <c>state</c>, or <c>pdus</c>.</param>
sealed class ToldRoomReader(string stateName)
{
    const int MaxEvents = 500_000;
    const int MaxServers = 50_000;
    const int BufferSize = 256 * 1024;

    readonly ToldRoom _room = new();
    readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    byte[] _buffer = new byte[BufferSize];
    JsonReaderState _json;
    string? _member;
    bool _isInList;

    /// <summary>Reads to the end.</summary>
    /// <exception cref="JsonException">It is no JSON.</exception>
    /// <exception cref="IOException">It breaks off.</exception>
    public async ValueTask<ToldRoom> ReadAsync(Stream answer, CancellationToken cancellationToken)
    {
        var (filled, isLast) = (0, false);
        while (!isLast)
        {
            // Always as much as there is room for: an event that is longer is looked at again only when twice as much of it is there.
            var wanted = _buffer.Length - filled;
            var read = await answer.ReadAtLeastAsync(_buffer.AsMemory(filled), wanted, throwOnEndOfStream: false, cancellationToken);
            filled += read;
            isLast = read < wanted;
            var consumed = Parse(_buffer.AsSpan(0, filled), isLast);
            if (consumed == 0 && filled == _buffer.Length)
                Array.Resize(ref _buffer, _buffer.Length * 2);
            else
                _buffer.AsSpan(consumed, filled - consumed).CopyTo(_buffer);
            filled -= consumed;
        }

        return _room;
    }

    // Takes whole values and passes over the rest; how many bytes were of use.
    int Parse(ReadOnlySpan<byte> bytes, bool isLast)
    {
        var reader = new Utf8JsonReader(bytes, isLast, _json);
        while (true)
        {
            var before = reader;
            if (!reader.Read())
                break;

            if (IsElement(reader))
            {
                var start = (int)reader.TokenStartIndex;
                var type = reader.TokenType;
                if (!reader.TrySkip())
                {
                    reader = before;
                    break;
                }

                Take(bytes[start..(int)reader.BytesConsumed], type);
            }
            else if (reader.CurrentDepth == 1)
            {
                Step(reader);
            }
        }

        _json = reader.CurrentState;
        return (int)reader.BytesConsumed;
    }

    bool IsElement(in Utf8JsonReader reader) => _isInList
        ? reader.CurrentDepth == 2
        : _member == "event" && reader is { CurrentDepth: 1, TokenType: JsonTokenType.StartObject };

    void Step(in Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.PropertyName:
                var name = reader.GetString()!;
                _member = _seen.Add(name) ? name : null;
                break;
            case JsonTokenType.StartArray:
                _isInList = _member is "auth_chain" or "servers_in_room" || _member == stateName;
                break;
            case JsonTokenType.True:
                _room.MembersOmitted |= _member == "members_omitted";
                break;
            default:
                _isInList = false;
                break;
        }
    }

    void Take(ReadOnlySpan<byte> value, JsonTokenType type)
    {
        if (!_isInList)
            _room.Event = value.ToArray();
        else if (_member == "servers_in_room")
            TakeServer(value, type);
        else if (type == JsonTokenType.StartObject && (_member == "auth_chain" ? _room.AuthChain : _room.State) is { Count: < MaxEvents } list)
            list.Add(ToldEvent.Read(value.ToArray()));
    }

    void TakeServer(ReadOnlySpan<byte> value, JsonTokenType type)
    {
        if (type != JsonTokenType.String || _room.Servers.Count == MaxServers)
            return;

        var reader = new Utf8JsonReader(value);
        reader.Read();
        if (ServerName.TryParse(reader.GetString(), out var server))
            _room.Servers.Add(server);
    }
}
