using Hybrid.Http;
using Hybrid.Primitives;
using Microsoft.AspNetCore.Http;

namespace Hybrid.ClientApi.OAuth;

/// <summary>
/// <c>GET</c> and <c>POST /_hybrid/client/v1/account</c>: people look after their account (specification, client-server API, "Account management
/// URL actions"). What is asked for that is not here leads to their devices.
/// </summary>
sealed class AccountPageEndpoint(DevicesSection devices, KeyResetSection keyReset, DeactivationSection deactivation, WebSessions sessions, WebSignIn signIn) : IEndpoint
{
    /// <summary>What clients can lead people here for.</summary>
    internal static IReadOnlyList<string> Actions { get; } =
    [
        "org.matrix.devices_list", "org.matrix.device_view", "org.matrix.device_delete", DeactivationSection.ActionName, KeyResetSection.ActionName,
    ];

    public static IReadOnlyList<EndpointRoute> Routes { get; } =
    [
        new("GET", OAuthPaths.Account, Access.Anyone, RateClass.General),
        new("POST", OAuthPaths.Account, Access.Anyone, RateClass.Login) { MaxBodyBytes = null },
    ];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        AccountSection section = request.Query("action") switch
        {
            KeyResetSection.ActionName => keyReset,
            DeactivationSection.ActionName => deactivation,
            _ => devices,
        };
        if (HttpMethods.IsPost(request.Http.Request.Method))
            return await signIn.TakeFormAsync(request.Http, section.Title, (session, form) => section.TakeAsync(request, session, form, cancellationToken), cancellationToken);

        return sessions.Find(request.Http) is { } session && !signIn.WantsAccount(request.Http)
            ? await section.ShowAsync(request, session, cancellationToken)
            : signIn.Page(request.Http);
    }
}
