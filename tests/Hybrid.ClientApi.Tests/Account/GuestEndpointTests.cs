using System.Reflection;
using Hybrid.Http;
using Xunit;

namespace Hybrid.ClientApi.Tests.Account;

/// <summary>Every endpoint that guests may call, and why: a new one is for users unless it stands here.</summary>
public sealed class GuestEndpointTests
{
    // Specification, "Guest Access", "Client behaviour".
    static readonly string[] Listed =
    [
        "GET /_matrix/client/v3/rooms/{roomId}/state",
        "GET /_matrix/client/v3/rooms/{roomId}/context/{eventId}",
        "GET /_matrix/client/v3/rooms/{roomId}/event/{eventId}",
        "GET /_matrix/client/v3/rooms/{roomId}/state/{eventType}/{stateKey}",
        "GET /_matrix/client/v3/rooms/{roomId}/messages",
        "GET /_matrix/client/v3/rooms/{roomId}/members",
        "GET /_matrix/client/v3/rooms/{roomId}/initialSync",
        "GET /_matrix/client/v3/sync",
        "GET /_matrix/client/v3/events",
        "GET /_matrix/client/v1/media/download/{serverName}/{mediaId}",
        "GET /_matrix/client/v1/media/download/{serverName}/{mediaId}/{fileName}",
        "GET /_matrix/client/v1/media/thumbnail/{serverName}/{mediaId}",
        "POST /_matrix/client/v3/rooms/{roomIdOrAlias}/join",
        "POST /_matrix/client/v3/rooms/{roomId}/leave",
        "PUT /_matrix/client/v3/rooms/{roomId}/send/{eventType}/{txnId}",
        "PUT /_matrix/client/v3/rooms/{roomId}/state/{eventType}/{stateKey}",
        "PUT /_matrix/client/v3/sendToDevice/{eventType}/{txnId}",
        "PUT /_matrix/client/v3/profile/{userId}/{keyName}",
        "DELETE /_matrix/client/v3/profile/{userId}/{keyName}",
        "GET /_matrix/client/v3/devices",
        "GET /_matrix/client/v3/devices/{deviceId}",
        "PUT /_matrix/client/v3/devices/{deviceId}",
        "GET /_matrix/client/v3/account/whoami",
        "POST /_matrix/client/v3/keys/upload",
        "POST /_matrix/client/v3/keys/query",
        "POST /_matrix/client/v3/keys/claim",
    ];

    // Other names of those, newer ways to the same, and what guests cannot do without or read anyway.
    static readonly string[] Added =
    [
        "GET /_matrix/client/v3/rooms/{roomId}/state/{eventType}",
        "PUT /_matrix/client/v3/rooms/{roomId}/state/{eventType}",
        "PUT /_matrix/client/unstable/uk.tcpip.msc4133/profile/{userId}/{keyName}",
        "DELETE /_matrix/client/unstable/uk.tcpip.msc4133/profile/{userId}/{keyName}",
        "GET /_matrix/client/v3/events/{eventId}",
        "POST /_matrix/client/v4/sync",
        "POST /_matrix/client/unstable/org.matrix.simplified_msc3575/sync",
        "POST /_matrix/client/v3/join/{roomIdOrAlias}",
        "POST /_matrix/client/v3/rooms/{roomId}/forget",
        "GET /_matrix/client/v3/joined_rooms",
        "GET /_matrix/client/v3/rooms/{roomId}/joined_members",
        "GET /_matrix/client/v3/rooms/{roomId}/aliases",
        "GET /_matrix/client/v1/rooms/{roomId}/relations/{eventId}",
        "GET /_matrix/client/v1/rooms/{roomId}/relations/{eventId}/{relType}",
        "GET /_matrix/client/v1/rooms/{roomId}/relations/{eventId}/{relType}/{eventType}",
        "GET /_matrix/client/v1/rooms/{roomId}/threads",
        "GET /_matrix/client/v1/rooms/{roomId}/timestamp_to_event",
        "POST /_matrix/client/v3/publicRooms",
        "GET /_matrix/client/v3/capabilities",
        "GET /_matrix/client/v1/media/config",
        "GET /_matrix/media/v3/config",
        "GET /_matrix/client/v3/voip/turnServer",
        "GET /_matrix/client/v1/rtc/transports",
        "GET /_matrix/client/unstable/org.matrix.msc4143/rtc/transports",
        "POST /_matrix/client/v3/logout",
        "POST /_matrix/client/v3/logout/all",
    ];

    [Fact]
    public void Guests_may_call_what_is_listed_and_nothing_else()
    {
        var routes = typeof(ClientApi).Assembly.GetTypes()
            .Where(static type => type is { IsClass: true, IsAbstract: false } && type.IsAssignableTo(typeof(IEndpoint)))
            .SelectMany(static type => (IReadOnlyList<EndpointRoute>)type.GetProperty(nameof(IEndpoint.Routes), BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!)
            .Where(static route => route.Access == Access.UserOrGuest)
            .Select(static route => $"{route.Method} {route.Path}");

        Assert.Equal([.. Listed.Concat(Added).Order(StringComparer.Ordinal)], routes.Order(StringComparer.Ordinal));
    }
}
