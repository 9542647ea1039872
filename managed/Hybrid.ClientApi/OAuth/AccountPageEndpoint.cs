using System.Globalization;
using System.Text.Encodings.Web;
using Hybrid.Accounts.Devices;
using Hybrid.ClientApi.Auth;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Storage.Accounts;
using Microsoft.AspNetCore.Http;

namespace Hybrid.ClientApi.OAuth;

/// <summary>
/// <c>GET</c> and <c>POST /_hybrid/client/v1/account</c>: people see where they are signed in, and sign out elsewhere (specification,
/// client-server API, "Account management URL actions").
/// </summary>
sealed class AccountPageEndpoint(UserDevices devices, WebSessions sessions, WebSignIn signIn) : IEndpoint
{
    const string Title = "Your devices";

    /// <summary>What clients can lead people here for.</summary>
    internal static IReadOnlyList<string> Actions { get; } = ["org.matrix.devices_list", "org.matrix.device_view", "org.matrix.device_delete"];

    public static IReadOnlyList<EndpointRoute> Routes { get; } =
    [
        new("GET", OAuthPaths.Account, Access.Anyone, RateClass.General),
        new("POST", OAuthPaths.Account, Access.Anyone, RateClass.Login) { MaxBodyBytes = null },
    ];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var context = request.Http;
        if (HttpMethods.IsPost(context.Request.Method))
            return await signIn.TakeFormAsync(context, Title, (session, form) => ChangeAsync(context, session, form, cancellationToken), cancellationToken);
        if (sessions.Find(context) is not { } session)
            return signIn.Page(context);

        // Where a client names a device, that one is shown; another user's cannot be named.
        var listed = await devices.ListAsync(session.UserId, cancellationToken);
        var named = request.Query("device_id");
        var shown = named is null ? listed : [.. listed.Where(device => device.DeviceId.Value == named)];
        return Show(session, shown.Count == 0 ? listed : shown);
    }

    async ValueTask<Reply> ChangeAsync(HttpContext context, WebSession session, IFormCollection form, CancellationToken cancellationToken)
    {
        switch (form["action"].ToString())
        {
            case "delete" when DeviceId.TryParse(form["device_id"].ToString(), out var deviceId):
                await devices.DeleteAsync(session.UserId, [deviceId], cancellationToken);
                return Pages.GoTo(OAuthPaths.Account);
            case "leave":
                sessions.End(context);
                return Pages.GoTo(OAuthPaths.Account);
            default:
                return Pages.Say(Title, "This takes the form of the page.", 400);
        }
    }

    static Reply Show(WebSession session, IReadOnlyList<DeviceRecord> devices)
    {
        var token = $"<input type=\"hidden\" name=\"form_token\" value=\"{Encode(session.FormToken)}\">";
        var rows = devices.Select(device =>
            $"""
            <li><strong>{Encode(device.DisplayName ?? device.DeviceId.Value)}</strong> ({Encode(device.DeviceId.Value)}){Seen(device)}
            <form method="post">{token}<input type="hidden" name="device_id" value="{Encode(device.DeviceId.Value)}">
            <button name="action" value="delete">Sign it out</button></form></li>
            """);
        return PlainPage.Show(
            Title,
            $"""
            <p>You are <strong>{Encode(session.UserId.Value)}</strong>.</p>
            <ul>{string.Concat(rows)}</ul>
            <form method="post">{token}<p><button name="action" value="leave">Leave this page</button></p></form>
            """);
    }

    static string Seen(DeviceRecord device) =>
        device.LastSeenAt is { } seen ? ", last seen " + seen.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture) : "";

    static string Encode(string text) => HtmlEncoder.Default.Encode(text);
}
