using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Hybrid.Primitives;

namespace Hybrid.Federation.Joins;

/// <summary>What a server that a join goes through says of the room; nothing of it is checked. Of the state, which can be large, only the outline is kept here.</summary>
sealed class ToldRoom
{
    const int MaxEvents = 500_000;
    const int MaxServers = 50_000;

    // Those that clients name a room without a name after.
    const int MaxHeroes = 6;

    readonly HashSet<UInt128> _keys = [];
    readonly HashSet<ServerName> _servers = [];

    /// <summary>How many events the state has, without members where <see cref="MembersOmitted"/>.</summary>
    public int Count { get; private set; }

    /// <summary>Whether the state is one: with two events for one key, or none for a key, it is not.</summary>
    public bool IsState { get; private set; } = true;

    /// <summary>Who sent the state that is essential for what it is.</summary>
    public HashSet<string> Makers { get; } = new(StringComparer.Ordinal);

    /// <summary>The members, and who made each one: themselves, or an inviter.</summary>
    public Dictionary<string, string?> Members { get; } = new(StringComparer.Ordinal);

    /// <summary>Some of the joined members.</summary>
    public List<string> Heroes { get; } = [];

    /// <summary>What authorizes the state and the join.</summary>
    public List<ReadOnlyMemory<byte>> AuthChain { get; } = [];

    /// <summary>The join as it came back; null when it did not.</summary>
    public ReadOnlyMemory<byte>? Event { get; private set; }

    /// <summary>Whether members were left out of the state (MSC3706).</summary>
    public bool MembersOmitted { get; private set; }

    /// <summary>The servers in the room, as far as they are named or have members.</summary>
    public IReadOnlyCollection<ServerName> Servers => _servers;

    /// <summary>Reads what an answer tells.</summary>
    /// <exception cref="JsonException">It is no JSON.</exception>
    /// <exception cref="IOException">It breaks off.</exception>
    public static async ValueTask<ToldRoom> ReadAsync(ToldAnswer answer, CancellationToken cancellationToken)
    {
        var room = new ToldRoom();
        await foreach (var value in answer.ReadAsync(cancellationToken))
            room.Take(value);
        room._keys.Clear();
        room._keys.TrimExcess();
        return room;
    }

    void Take(in ToldValue value)
    {
        switch (value)
        {
            case { Name: ToldRoomReader.State, Type: JsonTokenType.StartObject } when Count < MaxEvents:
                Count++;
                TakeState(ToldEvent.Read(value.Json));
                break;
            case { Name: ToldRoomReader.AuthChain, Type: JsonTokenType.StartObject } when AuthChain.Count < MaxEvents:
                AuthChain.Add(value.Json.ToArray());
                break;
            case { Name: ToldRoomReader.Servers, Type: JsonTokenType.String } when _servers.Count < MaxServers:
                TakeServer(value.Json.Span);
                break;
            case { Name: ToldRoomReader.Event, Type: JsonTokenType.StartObject }:
                Event = value.Json.ToArray();
                break;
            case { Name: ToldRoomReader.MembersOmitted, Type: JsonTokenType.True }:
                MembersOmitted = true;
                break;
        }
    }

    void TakeState(ToldEvent told)
    {
        if (told is not { Type: { } type, StateKey: { } stateKey } || !_keys.Add(DigestOf(type, stateKey)))
        {
            IsState = false;
        }
        else if (JoinEssentials.IsEssential(told))
        {
            if (told.Sender is { } sender)
                Makers.Add(sender);
        }
        else if (type == "m.room.member")
        {
            Members[stateKey] = told.Sender;
            if (!told.IsJoin)
                return;
            if (Heroes.Count < MaxHeroes)
                Heroes.Add(stateKey);
            if (_servers.Count < MaxServers && told.Server is { } server)
                _servers.Add(server);
        }
    }

    void TakeServer(ReadOnlySpan<byte> value)
    {
        var reader = new Utf8JsonReader(value);
        reader.Read();
        if (ServerName.TryParse(reader.GetString(), out var server))
            _servers.Add(server);
    }

    // The texts themselves would take several times the memory.
    static UInt128 DigestOf(string type, string stateKey)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{type.Length} {type}{stateKey}"), digest);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128LittleEndian(digest);
    }
}
