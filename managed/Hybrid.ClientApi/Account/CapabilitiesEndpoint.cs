using System.Text.Json;
using Hybrid.Accounts.ThirdParty;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Storage.ThirdParty;

namespace Hybrid.ClientApi.Account;

/// <summary><c>GET /_matrix/client/v3/capabilities</c></summary>
sealed class CapabilitiesEndpoint(ServerFeatures features, IAddressMessages messages) : IEndpoint
{
    readonly Reply _answer = Reply.Write(writer => Write(writer, features, messages, isAdmin: false));
    readonly Reply _administratorsAnswer = Reply.Write(writer => Write(writer, features, messages, isAdmin: true));

    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("GET", "/_matrix/client/v3/capabilities", Access.UserOrGuest, RateClass.General)];

    public ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken) =>
        new(request.Caller.IsAdmin ? _administratorsAnswer : _answer);

    static void Write(Utf8JsonWriter writer, ServerFeatures features, IAddressMessages messages, bool isAdmin)
    {
        writer.WriteStartObject();
        writer.WriteStartObject("capabilities"u8);
        writer.WriteStartObject("m.room_versions"u8);
        writer.WriteString("default"u8, features.DefaultRoomVersion);
        writer.WriteStartObject("available"u8);
        foreach (var (version, stability) in features.RoomVersions)
            writer.WriteString(version, stability);
        writer.WriteEndObject();
        writer.WriteEndObject();
        WriteEnabled(writer, "m.change_password"u8, true);
        WriteEnabled(writer, "m.set_displayname"u8, true);
        WriteEnabled(writer, "m.set_avatar_url"u8, true);
        WriteEnabled(writer, "m.3pid_changes"u8, messages.Reaches(ThirdPartyAddress.Email) || messages.Reaches(ThirdPartyAddress.Telephone));
        WriteEnabled(writer, "m.get_login_token"u8, true);
        WriteEnabled(writer, "m.profile_fields"u8, true);
        WriteEnabled(writer, "uk.tcpip.msc4133.profile_fields"u8, true);
        if (isAdmin)
        {
            writer.WriteStartObject("m.account_moderation"u8);
            writer.WriteBoolean("suspend"u8, true);
            writer.WriteBoolean("lock"u8, true);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    static void WriteEnabled(Utf8JsonWriter writer, ReadOnlySpan<byte> capability, bool enabled)
    {
        writer.WriteStartObject(capability);
        writer.WriteBoolean("enabled"u8, enabled);
        writer.WriteEndObject();
    }
}
