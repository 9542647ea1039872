using System.Text.Json;
using Hybrid.Primitives;

namespace Hybrid.Federation.Joins;

/// <summary>A state event as another server tells it, before any check: its bytes, and the little by which it is chosen what is looked at first.</summary>
/// <param name="Json">The event as it came.</param>
/// <param name="Type">Its type; null where it has none.</param>
/// <param name="StateKey">Its state key; null where it has none.</param>
/// <param name="Sender">Its sender; null where it has none.</param>
/// <param name="Membership"><c>content.membership</c>.</param>
readonly record struct ToldEvent(ReadOnlyMemory<byte> Json, string? Type, string? StateKey, string? Sender, string? Membership)
{
    /// <summary>Whether a user is in the room by it.</summary>
    public bool IsJoin => Type == "m.room.member" && Membership == "join";

    /// <summary>The server of the user that it is about; null for one that is about no user.</summary>
    public ServerName? Server => UserId.TryParse(StateKey, out var user) ? user.Server : null;

    /// <summary>Reads an event that is a JSON object.</summary>
    public static ToldEvent Read(ReadOnlyMemory<byte> json)
    {
        string? type = null, stateKey = null, sender = null, membership = null;
        var reader = new Utf8JsonReader(json.Span);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8))
                type = ReadType(ref reader);
            else if (reader.ValueTextEquals("state_key"u8))
                stateKey = ReadText(ref reader);
            else if (reader.ValueTextEquals("sender"u8))
                sender = ReadText(ref reader);
            else if (reader.ValueTextEquals("content"u8))
                membership = ReadMembership(ref reader);
            else
                Pass(ref reader);
        }

        return new ToldEvent(json, type, stateKey, sender, membership);
    }

    // Most are members, whose type need not be made anew for each.
    static string? ReadType(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.String)
        {
            reader.Skip();
            return null;
        }

        return reader.ValueTextEquals("m.room.member"u8) ? "m.room.member" : reader.GetString();
    }

    static string? ReadText(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
            return reader.GetString();

        reader.Skip();
        return null;
    }

    static string? ReadMembership(ref Utf8JsonReader reader)
    {
        string? membership = null;
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return null;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("membership"u8))
                membership = ReadText(ref reader);
            else
                Pass(ref reader);
        }

        return membership;
    }

    static void Pass(ref Utf8JsonReader reader)
    {
        reader.Read();
        reader.Skip();
    }
}
