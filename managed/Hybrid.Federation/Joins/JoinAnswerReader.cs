using System.Text.Json;
using Hybrid.Federation.Events;
using Hybrid.Primitives;
using Hybrid.Rooms.Receiving;

namespace Hybrid.Federation.Joins;

/// <summary>What the answer to a join holds: events that have passed the checks that need no room.</summary>
/// <param name="State">The state before the join.</param>
/// <param name="AuthChain">What authorizes it.</param>
/// <param name="Event">The join as it came back, not checked; null when it did not.</param>
sealed record ReadJoinAnswer(List<IncomingEvent> State, List<IncomingEvent> AuthChain, ReadOnlyMemory<byte>? Event);

/// <summary>
/// Reads the answer to <c>send_join</c> as it comes: events are checked in batches on the way, and of the text nothing is kept, which for a large room
/// has as many bytes as all that is made of it.
/// </summary>
sealed class JoinAnswerReader(string version, RoomId roomId, EventVerifier verifier)
{
    const int MaxEvents = 500_000;

    // As many as one native call works off well on all cores.
    const int Batch = 2000;
    const int BufferSize = 256 * 1024;

    readonly PendingEvents _state = new(), _authChain = new();
    byte[] _buffer = new byte[BufferSize];
    JsonReaderState _json;
    PendingEvents? _list;
    string? _member;
    ReadOnlyMemory<byte>? _event;

    /// <summary>Reads to the end.</summary>
    /// <exception cref="JsonException">It is no JSON.</exception>
    /// <exception cref="IOException">It breaks off.</exception>
    public async ValueTask<ReadJoinAnswer> ReadAsync(Stream answer, CancellationToken cancellationToken)
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
            await VerifyAsync(_authChain, isLast, cancellationToken);
            await VerifyAsync(_state, isLast, cancellationToken);
            if (consumed == 0 && filled == _buffer.Length)
                Array.Resize(ref _buffer, _buffer.Length * 2);
            else
                _buffer.AsSpan(consumed, filled - consumed).CopyTo(_buffer);
            filled -= consumed;
        }

        return new ReadJoinAnswer(_state.Checked, _authChain.Checked, _event);
    }

    // Takes whole events and passes over the rest; how many bytes were of use.
    int Parse(ReadOnlySpan<byte> bytes, bool isLast)
    {
        var reader = new Utf8JsonReader(bytes, isLast, _json);
        while (true)
        {
            var before = reader;
            if (!reader.Read())
                break;

            var isElement = _list is not null && reader.CurrentDepth == 2;
            if (isElement || (_member == "event" && reader.CurrentDepth == 1 && reader.TokenType == JsonTokenType.StartObject))
            {
                var start = (int)reader.TokenStartIndex;
                var isObject = reader.TokenType == JsonTokenType.StartObject;
                if (!reader.TrySkip())
                {
                    reader = before;
                    break;
                }

                if (isObject)
                    Take(bytes[start..(int)reader.BytesConsumed], isElement);
            }
            else if (reader.CurrentDepth == 1)
            {
                _list = reader.TokenType == JsonTokenType.StartArray ? Open(_member) : null;
                _member = reader.TokenType == JsonTokenType.PropertyName ? reader.GetString() : null;
            }
        }

        _json = reader.CurrentState;
        return (int)reader.BytesConsumed;
    }

    void Take(ReadOnlySpan<byte> json, bool isElement)
    {
        if (!isElement)
            _event ??= json.ToArray();
        else if (_list!.Count < MaxEvents)
            _list.Add(json.ToArray());
        if (!isElement)
            _member = null;
    }

    // Of members with the same name the first counts.
    PendingEvents? Open(string? member) => member switch
    {
        "state" => _state.TryOpen(),
        "auth_chain" => _authChain.TryOpen(),
        _ => null,
    };

    async ValueTask VerifyAsync(PendingEvents list, bool isLast, CancellationToken cancellationToken)
    {
        foreach (var chunk in list.TakeChunks(Batch, isLast))
        {
            foreach (var verified in await verifier.VerifyAsync(version, roomId, chunk, IncomingKind.Outlier, cancellationToken))
            {
                // What is outside of the timeline follows nothing that would have to be known.
                if (verified.Event is { } incoming)
                    list.Checked.Add(incoming with { Links = incoming.Links with { PrevEvents = [] } });
            }
        }
    }

    /// <summary>The events of one list: those that were checked, and before them those that wait for it.</summary>
    sealed class PendingEvents
    {
        readonly List<ReadOnlyMemory<byte>> _raw = [];
        bool _opened;

        public List<IncomingEvent> Checked { get; } = [];

        /// <summary>How many there were in all.</summary>
        public int Count { get; private set; }

        public PendingEvents? TryOpen()
        {
            var first = !_opened;
            _opened = true;
            return first ? this : null;
        }

        public void Add(ReadOnlyMemory<byte> json)
        {
            Count++;
            _raw.Add(json);
        }

        /// <summary>Takes what waits, as far as it fills chunks, or all of it.</summary>
        public List<ReadOnlyMemory<byte>[]> TakeChunks(int size, bool all)
        {
            var taken = all ? _raw.Count : _raw.Count / size * size;
            List<ReadOnlyMemory<byte>[]> chunks = [.. _raw.Take(taken).Chunk(size)];
            _raw.RemoveRange(0, taken);
            return chunks;
        }
    }
}
