using System.Globalization;
using System.Text.Json;
using Hybrid.Primitives;
using Hybrid.Sync.Sliding.Extensions;

namespace Hybrid.Sync.Sliding;

/// <summary>
/// Reads the body of a sliding sync request, in the form of the proposal as it stands and in the one that came before, which released
/// clients send. What is unknown is ignored; what has the wrong shape is <c>M_BAD_JSON</c>, what goes too far <c>M_INVALID_PARAM</c>.
/// </summary>
public static class SlidingRequestReader
{
    const int MaxLists = 100;
    const int MaxSubscriptions = 100;
    const int MaxListKeyLength = 64;
    const int MaxConnectionNameLength = 255;
    const int MaxStateTerms = 200;
    const int MaxRanges = 20;
    const int MaxTimeline = 100;
    const int MaxNames = 500;
    const int MaxToDevice = 100;
    const int MaxThreadSubscriptions = 100;

    // Longer than any client asks for; proxies give up far earlier.
    static readonly TimeSpan MaxTimeout = TimeSpan.FromMinutes(10);

    static readonly string[] Everything = ["*"];

    /// <param name="userId">Who syncs.</param>
    /// <param name="deviceId">The session's device.</param>
    /// <param name="body">The body.</param>
    /// <param name="pos">The query parameter of that name, which the body's goes before.</param>
    /// <param name="timeout">Likewise, in milliseconds.</param>
    /// <param name="isStable">Whether the request came on the stable path.</param>
    public static SlidingRequest Read(UserId userId, DeviceId? deviceId, ReadOnlyMemory<byte> body, string? pos, long? timeout, bool isStable)
    {
        using var document = JsonDocument.Parse(body);
        var root = document.RootElement;
        var name = root.Text("conn_id") ?? "";
        if (name.Length > MaxConnectionNameLength)
            throw Invalid($"'conn_id' has more than {MaxConnectionNameLength} characters.");

        var position = ReadPosition(root.Text("pos") ?? pos);
        var wait = Math.Clamp(root.Integer("timeout") ?? timeout ?? 0, 0, (long)MaxTimeout.TotalMilliseconds);
        return new SlidingRequest(userId, deviceId)
        {
            ConnectionName = name,
            Position = position,
            Timeout = position is null ? TimeSpan.Zero : TimeSpan.FromMilliseconds(wait),
            Presence = root.Text("set_presence"),
            IsStable = isStable,
            Lists = ReadLists(root, userId, isStable),
            Subscriptions = ReadSubscriptions(root, userId),
            Extensions = ReadExtensions(root),
            Fingerprint = Fingerprint(root),
        };
    }

    static SlidingPosition? ReadPosition(string? pos)
    {
        if (string.IsNullOrEmpty(pos))
            return null;

        return SlidingPosition.TryParse(pos, out var position) ? position : throw UnknownPosition();
    }

    internal static MatrixException UnknownPosition() =>
        new(MatrixError.Of(400, "M_UNKNOWN_POS", "The position is not one that this device can go on from; start over without it."));

    static Dictionary<string, SlidingList> ReadLists(JsonElement root, UserId userId, bool isStable)
    {
        var lists = new Dictionary<string, SlidingList>(StringComparer.Ordinal);
        foreach (var entry in root.Object("lists")?.EnumerateObject() ?? default)
        {
            if (lists.Count == MaxLists)
                throw Invalid($"There are more than {MaxLists} lists.");
            if (entry.Name.Length > MaxListKeyLength || (isStable && !IsOpaqueIdentifier(entry.Name)))
                throw Invalid($"The key of a list has 1 to {MaxListKeyLength} characters out of [0-9a-zA-Z._~-].");

            var list = entry.Value.AsObject($"lists.{entry.Name}");
            lists[entry.Name] = new SlidingList(ReadTerms(list, userId), ReadRanges(list), ReadFilter(list));
        }

        return lists;
    }

    static bool IsOpaqueIdentifier(string text) => text.Length > 0 && text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '~' or '-');

    static Dictionary<RoomId, RoomTerms> ReadSubscriptions(JsonElement root, UserId userId)
    {
        var subscriptions = new Dictionary<RoomId, RoomTerms>();
        var count = 0;
        foreach (var entry in root.Object("room_subscriptions")?.EnumerateObject() ?? default)
        {
            if (++count > MaxSubscriptions)
                throw Invalid($"There are more than {MaxSubscriptions} room subscriptions.");

            // A room that cannot exist is one that the user may not see: it is left out.
            var terms = ReadTerms(entry.Value.AsObject("room_subscriptions"), userId);
            if (RoomId.TryParse(entry.Name, out var roomId))
                subscriptions[roomId] = terms;
        }

        return subscriptions;
    }

    static RoomTerms ReadTerms(JsonElement terms, UserId userId)
    {
        var limit = terms.Integer("timeline_limit") ?? throw Wrong("timeline_limit");
        if (limit < 0)
            throw Invalid("'timeline_limit' must not be negative.");
        if (!terms.TryGetProperty("required_state", out var state))
            throw Wrong("required_state");

        return new RoomTerms((int)Math.Min(limit, MaxTimeline), state.ValueKind switch
        {
            JsonValueKind.Array => ReadStateList(state, userId),
            JsonValueKind.Object => ReadStateObject(state),
            _ => throw Wrong("required_state"),
        });
    }

    static RequiredState ReadStateList(JsonElement state, UserId userId)
    {
        var include = new List<StateTerm>();
        var isLazy = false;
        foreach (var pair in state.EnumerateArray())
        {
            if (pair.ValueKind != JsonValueKind.Array || pair.GetArrayLength() != 2 || pair.EnumerateArray().Any(static part => part.ValueKind != JsonValueKind.String))
                throw Wrong("required_state");

            var (type, key) = (pair[0].GetString()!, pair[1].GetString()!);
            if (type == "m.room.member" && key == "$LAZY")
                isLazy = true;
            else
                include.Add(new StateTerm(type == "*" ? null : type, key switch { "*" => null, "$ME" => userId.Value, _ => key }));
        }

        return Bounded(include, [], isLazy);
    }

    static RequiredState ReadStateObject(JsonElement state) =>
        Bounded(ReadStateElements(state, "include"), ReadStateElements(state, "exclude"), state.Boolean("lazy_members") == true);

    static List<StateTerm> ReadStateElements(JsonElement state, string name) =>
    [
        .. (state.Array(name)?.EnumerateArray() ?? default).Select(element => new StateTerm(element.AsObject(name).Text("type"), element.Text("state_key"))),
    ];

    static RequiredState Bounded(List<StateTerm> include, List<StateTerm> exclude, bool isLazy) =>
        include.Count + exclude.Count <= MaxStateTerms
            ? RequiredState.Of(include, exclude, isLazy)
            : throw Invalid($"'required_state' has more than {MaxStateTerms} entries.");

    static List<(long First, long Last)>? ReadRanges(JsonElement list)
    {
        if (list.Array("range") is { } range)
            return [ReadRange(range)];
        if (list.Array("ranges") is not { } ranges || list.Boolean("slow_get_all_rooms") == true)
            return null;
        if (ranges.GetArrayLength() > MaxRanges)
            throw Invalid($"A list has more than {MaxRanges} ranges.");

        return [.. ranges.EnumerateArray().Select(ReadRange)];
    }

    static (long First, long Last) ReadRange(JsonElement range)
    {
        if (range.ValueKind != JsonValueKind.Array || range.GetArrayLength() != 2
            || range[0].ValueKind != JsonValueKind.Number || range[1].ValueKind != JsonValueKind.Number
            || !range[0].TryGetInt64(out var first) || !range[1].TryGetInt64(out var last) || first < 0 || last < 0)
        {
            throw Wrong("ranges");
        }

        return first <= last ? (first, last) : throw Invalid("A range ends before it begins.");
    }

    static RoomListFilter? ReadFilter(JsonElement list) => list.Object("filters") is not { } filter
        ? null
        : new RoomListFilter
        {
            IsDirect = filter.Boolean("is_dm"),
            Spaces = filter.Names("spaces", MaxNames)?.OfType<string>().ToList(),
            IsEncrypted = filter.Boolean("is_encrypted"),
            IsInvited = filter.Boolean("is_invited") ?? filter.Boolean("is_invite"),
            RoomTypes = filter.Names("room_types", MaxNames, withNull: true),
            NotRoomTypes = filter.Names("not_room_types", MaxNames, withNull: true),
            Tags = filter.Names("tags", MaxNames)?.OfType<string>().ToList(),
            NotTags = filter.Names("not_tags", MaxNames)?.OfType<string>().ToList(),
        };

    static SlidingExtensions ReadExtensions(JsonElement root)
    {
        if (root.Object("extensions") is not { } extensions)
            return new SlidingExtensions();

        return new SlidingExtensions
        {
            ToDevice = Enabled(extensions, "to_device") is { } toDevice ? ReadToDevice(toDevice) : null,
            Encryption = Enabled(extensions, "e2ee") is not null,
            AccountData = ReadRooms(extensions, "account_data"),
            Receipts = ReadRooms(extensions, "receipts"),
            Typing = ReadRooms(extensions, "typing"),
            ThreadSubscriptions = Enabled(extensions, ThreadSubscriptionExtension.Name) is { } threads
                ? (int)Math.Clamp(threads.Integer("limit") ?? MaxThreadSubscriptions, 1, MaxThreadSubscriptions)
                : null,
        };
    }

    static ToDeviceTerms ReadToDevice(JsonElement extension)
    {
        var since = 0L;
        if (extension.Text("since") is { } text && !long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out since))
            throw Invalid("'extensions.to_device.since' is not a token of this server.");

        return new ToDeviceTerms(since, (int)Math.Clamp(extension.Integer("limit") ?? MaxToDevice, 0, MaxToDevice));
    }

    static ExtensionRooms? ReadRooms(JsonElement extensions, string name) => Enabled(extensions, name) is { } extension
        ? new ExtensionRooms(
            extension.Names("lists", MaxNames)?.OfType<string>().ToList() ?? (IReadOnlyList<string>)Everything,
            extension.Names("rooms", MaxNames)?.OfType<string>().ToList() ?? (IReadOnlyList<string>)Everything)
        : null;

    static JsonElement? Enabled(JsonElement extensions, string name) =>
        extensions.Object(name) is { } extension && extension.Boolean("enabled") == true ? extension : null;

    static string Fingerprint(JsonElement root)
    {
        var parts = new List<string>();
        foreach (var name in (ReadOnlySpan<string>)["lists", "room_subscriptions"])
            parts.Add(root.TryGetProperty(name, out var part) ? part.GetRawText() : "");
        foreach (var name in (ReadOnlySpan<string>)["account_data", "receipts", "typing"])
            parts.Add(root.Object("extensions")?.Object(name)?.GetRawText() ?? "");
        return string.Join('\n', parts);
    }

    static MatrixException Wrong(string name) => new(MatrixError.BadJson($"'{name}' is missing or has the wrong shape."));

    static MatrixException Invalid(string message) => new(MatrixError.InvalidParam(message));

    static T? Property<T>(this JsonElement element, string name, Func<JsonElement, T?> read)
        where T : struct =>
        !element.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null ? null : read(value) ?? throw Wrong(name);

    static JsonElement? Object(this JsonElement element, string name) =>
        element.Property<JsonElement>(name, static value => value.ValueKind == JsonValueKind.Object ? value : null);

    static JsonElement? Array(this JsonElement element, string name) =>
        element.Property<JsonElement>(name, static value => value.ValueKind == JsonValueKind.Array ? value : null);

    static bool? Boolean(this JsonElement element, string name) => element.Property<bool>(name, static value => value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    });

    static long? Integer(this JsonElement element, string name) =>
        element.Property<long>(name, static value => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : null);

    static string? Text(this JsonElement element, string name) =>
        element.Property<JsonElement>(name, static value => value.ValueKind == JsonValueKind.String ? value : null)?.GetString();

    static JsonElement AsObject(this JsonElement element, string name) => element.ValueKind == JsonValueKind.Object ? element : throw Wrong(name);

    static List<string?>? Names(this JsonElement element, string name, int most, bool withNull = false)
    {
        if (element.Array(name) is not { } names)
            return null;
        if (names.GetArrayLength() > most)
            throw Invalid($"'{name}' has more than {most} entries.");

        return
        [
            .. names.EnumerateArray().Select(entry =>
                entry.ValueKind == JsonValueKind.String || (withNull && entry.ValueKind == JsonValueKind.Null) ? entry.GetString() : throw Wrong(name)),
        ];
    }
}
