using Hybrid.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.ClientApi.Reports;

/// <summary>Telling the operators of what should not be.</summary>
public static class ReportsChapter
{
    /// <summary>The largest body of a report: a reason is for people to read.</summary>
    internal const int MaxBodyBytes = 16 * 1024;

    public static IServiceCollection AddReportsChapter(this IServiceCollection services) => services
        .AddEndpoint<ReportEvent>()
        .AddEndpoint<ReportRoom>()
        .AddEndpoint<ReportUser>();

    public static void MapReportsChapter(this IEndpointRouteBuilder routes)
    {
        routes.MapEndpoint<ReportEvent>();
        routes.MapEndpoint<ReportRoom>();
        routes.MapEndpoint<ReportUser>();
    }
}
