using Hybrid.Storage.Rooms;

namespace Hybrid.Rooms.PolicyServers;

/// <summary>An event that is not stored yet with one more signature.</summary>
public static class SignedCopy
{
    /// <summary>The event with other bytes, which say the same but for signatures.</summary>
    public static StoredEvent WithSignature(this StoredEvent unsigned, ReadOnlyMemory<byte> json) => new()
    {
        EventId = unsigned.EventId,
        RoomId = unsigned.RoomId,
        Type = unsigned.Type,
        StateKey = unsigned.StateKey,
        Sender = unsigned.Sender,
        OriginServerTs = unsigned.OriginServerTs,
        Depth = unsigned.Depth,
        Json = json,
        Redacts = unsigned.Redacts,
        RelatesTo = unsigned.RelatesTo,
        RelationType = unsigned.RelationType,
        Membership = unsigned.Membership,
        Transaction = unsigned.Transaction,
    };
}
