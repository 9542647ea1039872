using System.Globalization;
using Hybrid.Accounts.Devices;
using Hybrid.ClientApi.Auth;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Storage.Accounts;
using Microsoft.AspNetCore.Http;

namespace Hybrid.ClientApi.OAuth;

/// <summary>Where people are signed in; they sign out elsewhere here.</summary>
sealed class DevicesSection(UserDevices devices, WebSessions sessions) : AccountSection
{
    public override string Title => "Your devices";

    public override async ValueTask<Reply> ShowAsync(ApiRequest request, WebSession session, CancellationToken cancellationToken)
    {
        // Where a client names a device, that one is shown; another user's cannot be named.
        var listed = await devices.ListAsync(session.UserId, cancellationToken);
        var named = request.Query("device_id");
        var shown = named is null ? listed : [.. listed.Where(device => device.DeviceId.Value == named)];
        return Show(session, shown.Count == 0 ? listed : shown);
    }

    public override async ValueTask<Reply> TakeAsync(ApiRequest request, WebSession session, IFormCollection form, CancellationToken cancellationToken)
    {
        switch (form["action"].ToString())
        {
            case "delete" when DeviceId.TryParse(form["device_id"].ToString(), out var deviceId):
                await devices.DeleteAsync(session.UserId, [deviceId], cancellationToken);
                return Pages.GoTo(OAuthPaths.Account);
            case "leave":
                sessions.End(request.Http);
                return Pages.GoTo(OAuthPaths.Account);
            default:
                return Pages.Say(Title, "This takes the form of the page.", 400);
        }
    }

    Reply Show(WebSession session, IReadOnlyList<DeviceRecord> listed)
    {
        var token = TokenField(session);
        var rows = listed.Select(device =>
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
            <p><a href="{OAuthPaths.Account}?action={DeactivationSection.ActionName}">Delete the account</a></p>
            """);
    }

    static string Seen(DeviceRecord device) =>
        device.LastSeenAt is { } seen ? ", last seen " + seen.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture) : "";
}
