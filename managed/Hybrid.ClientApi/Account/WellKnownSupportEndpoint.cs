using System.Text.Json;
using Hybrid.Http;
using Hybrid.Primitives;

namespace Hybrid.ClientApi.Account;

/// <summary><c>GET /.well-known/matrix/support</c>: whom to ask.</summary>
sealed class WellKnownSupportEndpoint(ServerDiscovery discovery) : IEndpoint
{
    readonly Reply? _answer = discovery is { SupportContacts.Count: 0, SupportPage: null } ? null : Reply.Write(writer => Write(writer, discovery));

    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("GET", "/.well-known/matrix/support", Access.Anyone)];

    public ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken) =>
        new(_answer is null ? MatrixError.NotFound("This server names no contacts.") : _answer);

    static void Write(Utf8JsonWriter writer, ServerDiscovery discovery)
    {
        writer.WriteStartObject();
        if (discovery.SupportContacts.Count > 0)
        {
            writer.WriteStartArray("contacts"u8);
            foreach (var contact in discovery.SupportContacts)
            {
                writer.WriteStartObject();
                if (contact.MatrixId is { } user)
                    writer.WriteString("matrix_id"u8, user.Value);
                if (contact.EmailAddress is { } address)
                    writer.WriteString("email_address"u8, address);
                writer.WriteString("role"u8, contact.Role);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        if (discovery.SupportPage is { } page)
            writer.WriteString("support_page"u8, page.AbsoluteUri);
        writer.WriteEndObject();
    }
}
