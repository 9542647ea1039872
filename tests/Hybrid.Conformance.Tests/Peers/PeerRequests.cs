using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Hybrid.Conformance.Tests.Table;
using Hybrid.Federation.Requests;
using Hybrid.Primitives;

namespace Hybrid.Conformance.Tests.Peers;

/// <summary>Sends requests in the name of the one server to the other, as they are: what a server would not send, too.</summary>
sealed partial class PeerRequests(PeerStory story)
{
    public Task<PeerAnswer> SendAsync(Operation operation, PeerTarget about, PeerCall call, PeerSignature signature = PeerSignature.Valid, string? rawBody = null)
    {
        var path = Parameters().Replace(operation.Path, match => Uri.EscapeDataString(Value(match.Groups[1].Value, about, call)));
        return SendAsync(
            operation.Auth == OperationAuth.Server ? signature : PeerSignature.Missing, operation.Method, call.Query.Length == 0 ? path : $"{path}?{call.Query}",
            call.Body is null ? default : Encoding.UTF8.GetBytes(call.Body.ToJsonString()), rawBody);
    }

    async Task<PeerAnswer> SendAsync(PeerSignature signature, string method, string target, ReadOnlyMemory<byte> body, string? rawBody)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(target, UriKind.Relative));
        if (Header(signature, method, target, body) is { } header)
            request.Headers.TryAddWithoutValidation("Authorization", header);
        if (rawBody is not null || !body.IsEmpty)
        {
            request.Content = new ByteArrayContent(rawBody is null ? body.ToArray() : Encoding.UTF8.GetBytes(rawBody));
            request.Content.Headers.ContentType = new("application/json");
        }

        using var response = await story.Asked.Http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return new PeerAnswer((int)response.StatusCode, response.Content.Headers.ContentType?.MediaType, TryParse(text), text);
    }

    string? Header(PeerSignature signature, string method, string target, ReadOnlyMemory<byte> body)
    {
        var (self, nobody) = (story.Asked.Name, ServerName.Parse("localhost:1"));
        return signature switch
        {
            PeerSignature.Missing => null,
            PeerSignature.OtherDestination => Sign(story.Identity, nobody).ToString(),
            PeerSignature.Wrong => (Sign(story.Identity, self) with { Signature = Sign(story.Identity, nobody).Signature }).ToString(),
            PeerSignature.OtherOrigin => Sign(story.Identity with { Name = nobody }, self).ToString(),
            PeerSignature.ItsOwnName => Sign(story.Identity with { Name = self }, self).ToString(),
            _ => Sign(story.Identity, self).ToString(),
        };

        XMatrix Sign(Rooms.ServerIdentity identity, ServerName destination) => RequestSignature.Sign(identity, destination, method, target, body);
    }

    string Value(string name, PeerTarget about, PeerCall call) => call.Path.FirstOrDefault(part => part.Name == name).Value ?? name switch
    {
        "roomId" => about.Room,
        "eventId" => about.Event,
        "userId" => about.User,
        "mediaId" => about.Media,
        "serverName" => story.Asking.Name.Value,
        "txnId" => story.NewName("txn"),
        _ => throw new InvalidOperationException($"No value for the path parameter {name}: PeerRequests.Value gives them."),
    };

    static JsonNode? TryParse(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex Parameters();
}
