using Hybrid.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.AdminApi.Reports;

/// <summary>The queue of reports over HTTP: of events as Synapse has it, of rooms and users alike.</summary>
public static class ReportAdminApi
{
    public static IServiceCollection AddReportAdminApi(this IServiceCollection services) => services
        .AddEndpoint<ListEventReportsEndpoint>()
        .AddEndpoint<GetEventReportEndpoint>()
        .AddEndpoint<ListRoomReportsEndpoint>()
        .AddEndpoint<GetRoomReportEndpoint>()
        .AddEndpoint<ListUserReportsEndpoint>()
        .AddEndpoint<GetUserReportEndpoint>()
        .AddEndpoint<DeleteReportEndpoint>();

    public static void MapReportAdminApi(this IEndpointRouteBuilder routes)
    {
        routes.MapEndpoint<ListEventReportsEndpoint>();
        routes.MapEndpoint<GetEventReportEndpoint>();
        routes.MapEndpoint<ListRoomReportsEndpoint>();
        routes.MapEndpoint<GetRoomReportEndpoint>();
        routes.MapEndpoint<ListUserReportsEndpoint>();
        routes.MapEndpoint<GetUserReportEndpoint>();
        routes.MapEndpoint<DeleteReportEndpoint>();
    }
}
