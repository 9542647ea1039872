using Hybrid.Http;
using Hybrid.Primitives;

namespace Hybrid.Federation.Tests.Authentication;

/// <summary>Says which server asks, and what.</summary>
sealed class EchoEndpoint : IEndpoint
{
    public const string Path = "/_matrix/federation/unstable/test.echo";

    public static IReadOnlyList<EndpointRoute> Routes { get; } =
    [
        new("GET", Path + "/{text}", Access.Server, RateClass.Federation),
        new("PUT", Path + "/{text}", Access.Server, RateClass.Federation) { MaxBodyBytes = 1000 },
    ];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var body = await request.ReadObjectAsync(cancellationToken);
        return Reply.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("origin", request.Origin.Value);
            writer.WriteString("text", request.Path("text"));
            writer.WritePropertyName("body");
            writer.WriteRawValue(body.Span);
            writer.WriteEndObject();
        });
    }
}
