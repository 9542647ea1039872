using System.Buffers;
using System.Text.Json;
using Hybrid.Primitives;

namespace Hybrid.Rooms.Membership;

/// <summary>Writes the content of <c>m.room.member</c> events.</summary>
sealed record MemberContent(string Membership)
{
    static readonly HashSet<string> Managed = new(["membership", "displayname", "avatar_url", "reason", "is_direct", "join_authorised_via_users_server"], StringComparer.Ordinal);

    public MemberProfile Profile { get; init; } = MemberProfile.None;

    public string? Reason { get; init; }

    public bool IsDirect { get; init; }

    /// <summary>For restricted joins: the local member whose right to invite vouches for the join.</summary>
    public UserId? AuthorisedVia { get; init; }

    /// <summary>Further keys, from a client that sent the member event as state.</summary>
    public JsonElement? Extra { get; init; }

    public ReadOnlyMemory<byte> Write()
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("membership"u8, Membership);
            if (Profile.AvatarUrl is { } avatarUrl)
                writer.WriteString("avatar_url"u8, avatarUrl);
            if (Profile.DisplayName is { } displayName)
                writer.WriteString("displayname"u8, displayName);
            if (IsDirect)
                writer.WriteBoolean("is_direct"u8, true);
            if (AuthorisedVia is { } voucher)
                writer.WriteString("join_authorised_via_users_server"u8, voucher.Value);
            if (Reason is { } reason)
                writer.WriteString("reason"u8, reason);
            if (Extra is { ValueKind: JsonValueKind.Object } extra)
            {
                foreach (var property in extra.EnumerateObject())
                {
                    if (!Managed.Contains(property.Name))
                        property.WriteTo(writer);
                }
            }

            writer.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }
}
