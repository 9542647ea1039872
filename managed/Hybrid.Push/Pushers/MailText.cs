using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using Hybrid.Mail;
using Hybrid.Rooms.State;
using Hybrid.Storage.Push;
using Hybrid.Storage.Rooms;

namespace Hybrid.Push.Pushers;

/// <summary>Writes the message about unread events: as text, and as HTML in which everything that users wrote is escaped.</summary>
sealed class MailText(PusherOptions options)
{
    // Of more there is the number only: the message is to bring people back, not to take the client's place.
    const int MaxEvents = 30;
    const int MaxLine = 500;

    public OutgoingMail Compose(Pusher pusher, EmailAddress to, IReadOnlyList<WaitingEvent> unread)
    {
        var rooms = unread.Take(MaxEvents).GroupBy(static waiting => waiting.Event.RoomId)
            .Select(static room => (Name: RoomName(room.First()), Lines: room.Select(Line.Of).ToList()))
            .ToList();
        var more = unread.Count - Math.Min(unread.Count, MaxEvents);
        var unsubscribe = Unsubscribe(pusher);
        return new OutgoingMail(to, Subject(unread, rooms[0].Name), Text(pusher, rooms, more, unsubscribe))
        {
            Html = Html(pusher, rooms, more, unsubscribe),
            Unsubscribe = unsubscribe,
        };
    }

    static string Subject(IReadOnlyList<WaitingEvent> unread, string room) => unread.Count == 1
        ? $"A message in {room}"
        : unread.All(waiting => waiting.Event.RoomId == unread[0].Event.RoomId)
            ? $"{unread.Count} messages in {room}"
            : $"{unread.Count} messages in {room} and other rooms";

    static string RoomName(WaitingEvent waiting) =>
        waiting.Room.Find("m.room.name")?.ContentString("name") is { Length: > 0 } name ? name
        : waiting.Room.Find("m.room.canonical_alias")?.ContentString("alias") is { Length: > 0 } alias ? alias
        : $"a room with {SenderName(waiting)}";

    static string SenderName(WaitingEvent waiting) =>
        waiting.Room.Find("m.room.member", waiting.Event.Sender.Value)?.ContentString("displayname") is { Length: > 0 } name
            ? name
            : waiting.Event.Sender.Value;

    static string Text(Pusher pusher, List<(string Name, List<Line> Lines)> rooms, int more, Uri unsubscribe)
    {
        var text = new StringBuilder($"What {pusher.UserId} has not read yet:\n");
        foreach (var (name, lines) in rooms)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{name}\n");
            foreach (var line in lines)
                text.Append(CultureInfo.InvariantCulture, $"  {line.Time} {line.Sender}: {line.Said}\n");
        }

        if (more > 0)
            text.Append(CultureInfo.InvariantCulture, $"\nand {more} more.\n");
        return text.Append(CultureInfo.InvariantCulture, $"\nNo more of these messages: {unsubscribe.AbsoluteUri}\n").ToString();
    }

    static string Html(Pusher pusher, List<(string Name, List<Line> Lines)> rooms, int more, Uri unsubscribe)
    {
        var html = new StringBuilder(
            $"""
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"></head>
            <body style="font:16px/1.5 system-ui,sans-serif;max-width:40em">
            <p>What {Encode(pusher.UserId.Value)} has not read yet:</p>

            """);
        foreach (var (name, lines) in rooms)
        {
            html.Append(CultureInfo.InvariantCulture, $"<h2 style=\"font-size:18px\">{Encode(name)}</h2>\n");
            foreach (var line in lines)
                html.Append(CultureInfo.InvariantCulture, $"<p><b>{Encode(line.Sender)}</b> <small>{line.Time}</small><br>{Encode(line.Said)}</p>\n");
        }

        if (more > 0)
            html.Append(CultureInfo.InvariantCulture, $"<p>and {more} more.</p>\n");
        return html.Append(CultureInfo.InvariantCulture, $"<p><small><a href=\"{Encode(unsubscribe.AbsoluteUri)}\">No more of these messages</a></small></p>\n</body></html>\n")
            .ToString();
    }

    static string Encode(string text) => HtmlEncoder.Default.Encode(text);

    Uri Unsubscribe(Pusher pusher) => new(
        $"{options.PublicBaseUrl.OriginalString.TrimEnd('/')}{MailLinks.UnsubscribePath}?pusher={pusher.Number.ToString(CultureInfo.InvariantCulture)}&secret={pusher.Secret}");

    /// <summary>An event in one line.</summary>
    sealed record Line(string Time, string Sender, string Said)
    {
        public static Line Of(WaitingEvent waiting) => new(
            DateTimeOffset.FromUnixTimeMilliseconds(waiting.Event.OriginServerTs).ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture),
            SenderName(waiting), Say(waiting.Event));

        static string Say(StoredEvent stored) => stored switch
        {
            { Type: "m.room.encrypted" } => "(an encrypted message)",
            { Type: "m.room.member", Membership: "invite" } => "invites you",
            _ => stored.ContentString("body") is { Length: > 0 } body ? OneLine(body) : "(something that this message cannot show)",
        };

        static string OneLine(string body)
        {
            var line = body.ReplaceLineEndings(" ");
            if (line.Length <= MaxLine)
                return line;
            return string.Concat(line.AsSpan(0, char.IsHighSurrogate(line[MaxLine - 1]) ? MaxLine - 1 : MaxLine), "…");
        }
    }
}
