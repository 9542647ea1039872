using Hybrid.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.ClientApi.Receipts;

/// <summary>Receipts and read markers (specification, "Receipts", "Read and unread markers").</summary>
public static class ReceiptsChapter
{
    public static IServiceCollection AddReceiptsChapter(this IServiceCollection services) => services.AddEndpoint<SendReceipt>().AddEndpoint<SetReadMarkers>();

    public static void MapReceiptsChapter(this IEndpointRouteBuilder routes)
    {
        routes.MapEndpoint<SendReceipt>();
        routes.MapEndpoint<SetReadMarkers>();
    }
}
