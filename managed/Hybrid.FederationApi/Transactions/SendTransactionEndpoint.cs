using Hybrid.Federation.Inbound;
using Hybrid.Http;
using Hybrid.Primitives;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.FederationApi.Transactions;

/// <summary>
/// <c>PUT /_matrix/federation/v1/send/{txnId}</c>. A repeated transaction does no harm: what it brings is known by its own IDs, so that transaction IDs need
/// not be kept.
/// </summary>
sealed class SendTransactionEndpoint(TransactionIntake intake) : IEndpoint
{
    // 50 events of 64 KiB and 100 EDUs, in any spelling.
    const int MaxBody = 16 << 20;

    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("PUT", "/_matrix/federation/v1/send/{txnId}", Access.Server) { MaxBodyBytes = MaxBody }];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var body = await request.ReadObjectAsync(cancellationToken);
        if (!(await intake.TakeAsync(request.Origin, body, cancellationToken)).TryGet(out var results, out var error))
            return error;

        return Reply.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartObject("pdus"u8);
            foreach (var result in results.DistinctBy(static result => result.EventId))
            {
                writer.WriteStartObject(result.EventId);
                if (result.Error is { } reason)
                    writer.WriteString("error"u8, reason);
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
        });
    }
}

static class TransactionsChapter
{
    public static IServiceCollection AddTransactionsChapter(this IServiceCollection services) => services.AddEndpoint<SendTransactionEndpoint>();

    public static void MapTransactionsChapter(this IEndpointRouteBuilder routes) => routes.MapEndpoint<SendTransactionEndpoint>();
}
