using System.Runtime.CompilerServices;
using System.Text.Json;
using Hybrid.Native;
using Hybrid.Primitives;
using Hybrid.Rooms.State;
using Hybrid.Storage.Rooms;

namespace Hybrid.Rooms.PolicyServers;

/// <summary>The policy server that a room uses (server-server API, "Policy Servers", MSC4284).</summary>
/// <param name="Via">The server.</param>
/// <param name="PublicKey">The Ed25519 key that it signs with, as the room says.</param>
public sealed record RoomPolicy(ServerName Via, string PublicKey)
{
    public const string EventType = "m.room.policy";

    /// <summary>What the key is called in signatures, whichever key it is.</summary>
    public const string KeyId = "ed25519:policy_server";

    // An event is read once for as long as it is the room's.
    static readonly ConditionalWeakTable<StoredEvent, StrongBox<RoomPolicy?>> Known = [];

    /// <summary>The policy server that the room uses: it is named, with its key, and one of its users is joined. Null for none.</summary>
    public static RoomPolicy? Of(RoomSnapshot room) => NamedIn(room) is { } named && room.HasMemberOf(named.Via) ? named : null;

    /// <summary>The policy server that the room names, whether or not it takes part; null when the event is missing or invalid.</summary>
    public static RoomPolicy? NamedIn(RoomSnapshot room) =>
        room.Find(EventType) is { } named ? Known.GetValue(named, static stored => new StrongBox<RoomPolicy?>(Read(stored))).Value : null;

    /// <summary>Whether the policy server has a say about the event: about all but those that name it.</summary>
    public static bool Covers(StoredEvent stored) => stored is not { Type: EventType, StateKey: "" };

    /// <summary>Whether the event has the policy server's valid signature.</summary>
    /// <param name="version">The room version.</param>
    /// <param name="json">The event.</param>
    public bool IsSigned(string version, ReadOnlySpan<byte> json) => EventCodec.VerifySignature(version, json, Via.Value, KeyId, PublicKey);

    static RoomPolicy? Read(StoredEvent stored)
    {
        using var content = JsonDocument.Parse(stored.Content());
        return content.RootElement is { ValueKind: JsonValueKind.Object } root
            && root.TryGetProperty("via", out var via) && via.ValueKind == JsonValueKind.String && ServerName.TryParse(via.GetString(), out var server)
            && root.TryGetProperty("public_keys", out var keys) && keys.ValueKind == JsonValueKind.Object
            && keys.TryGetProperty("ed25519", out var key) && key.ValueKind == JsonValueKind.String
            ? new RoomPolicy(server, key.GetString()!)
            : null;
    }
}
