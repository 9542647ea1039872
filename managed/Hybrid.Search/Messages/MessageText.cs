using System.Text.Json;
using Hybrid.Rooms.State;
using Hybrid.Storage.Rooms;
using Hybrid.Storage.Search;

namespace Hybrid.Search.Messages;

/// <summary>What of an event people search for.</summary>
static class MessageText
{
    /// <summary>Whether events of this type can have such a text. Encrypted ones have none that the server can read.</summary>
    public static bool Has(StoredEvent stored) => KeyOf(stored) != SearchKeys.None;

    /// <summary>The key and the text of an event, or that of its latest edit; null when there is nothing to find.</summary>
    public static (SearchKeys Key, string Text)? Of(StoredEvent stored, StoredEvent? edit)
    {
        var key = KeyOf(stored);
        var text = key switch
        {
            SearchKeys.Body when edit is not null => NewBody(edit),
            SearchKeys.Body => stored.ContentString("body"),
            SearchKeys.Name => stored.ContentString("name"),
            SearchKeys.Topic => stored.ContentString("topic"),
            _ => null,
        };
        return string.IsNullOrWhiteSpace(text) ? null : (key, text);
    }

    static SearchKeys KeyOf(StoredEvent stored) => stored switch
    {
        { Type: "m.room.message", IsState: false } => SearchKeys.Body,
        { Type: "m.room.name", StateKey: "" } => SearchKeys.Name,
        { Type: "m.room.topic", StateKey: "" } => SearchKeys.Topic,
        _ => SearchKeys.None,
    };

    static string? NewBody(StoredEvent edit)
    {
        using var content = JsonDocument.Parse(edit.Content());
        return content.RootElement.TryGetProperty("m.new_content", out var replacement) && replacement.ValueKind == JsonValueKind.Object
            && replacement.TryGetProperty("body", out var body) && body.ValueKind == JsonValueKind.String
            ? body.GetString()
            : null;
    }
}
