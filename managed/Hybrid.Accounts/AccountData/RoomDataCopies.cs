using System.Text.Json.Nodes;
using Hybrid.Primitives;
using Hybrid.Storage.AccountData;

namespace Hybrid.Accounts.AccountData;

/// <summary>Copies what users keep about a room to its replacement: tags, and that it is a direct chat.</summary>
public sealed class RoomDataCopies(IAccountDataStore store)
{
    const string Tags = "m.tag";
    const string Direct = "m.direct";

    public async ValueTask CopyAsync(UserId userId, RoomId from, RoomId to, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(userId, null, Direct, cancellationToken) is { } direct && WithRoom(direct, from, to) is not null)
            await store.UpdateAsync(userId, null, Direct, current => current is { } known ? WithRoom(known, from, to) : default(ReadOnlyMemory<byte>?), cancellationToken);
        if (await store.FindAsync(userId, from, Tags, cancellationToken) is { } tags)
            await store.UpdateAsync(userId, to, Tags, current => WithTags(current, tags), cancellationToken);
    }

    // As the first user's whose room the old one was; null when it was nobody's, or the new one is there already.
    static ReadOnlyMemory<byte>? WithRoom(ReadOnlyMemory<byte> direct, RoomId from, RoomId to)
    {
        var users = JsonNode.Parse(direct.Span)!.AsObject();
        foreach (var (_, node) in users)
        {
            if (node is not JsonArray rooms || !rooms.Any(room => Names(room, from)) || rooms.Any(room => Names(room, to)))
                continue;

            rooms.Add(to.Value);
            return System.Text.Encoding.UTF8.GetBytes(users.ToJsonString());
        }

        return default(ReadOnlyMemory<byte>?);
    }

    static ReadOnlyMemory<byte>? WithTags(ReadOnlyMemory<byte>? current, ReadOnlyMemory<byte> old)
    {
        if (JsonNode.Parse(old.Span)!["tags"] is not JsonObject given || given.Count == 0)
            return default(ReadOnlyMemory<byte>?);

        var content = current is { } known ? JsonNode.Parse(known.Span)!.AsObject() : [];
        if (content["tags"] is not JsonObject tags)
            content["tags"] = tags = [];
        var before = tags.Count;
        foreach (var (name, tag) in given)
        {
            if (!tags.ContainsKey(name))
                tags[name] = tag?.DeepClone();
        }

        return tags.Count == before ? default(ReadOnlyMemory<byte>?) : System.Text.Encoding.UTF8.GetBytes(content.ToJsonString());
    }

    static bool Names(JsonNode? node, RoomId room) => node is JsonValue value && value.TryGetValue<string>(out var text) && text == room.Value;
}
