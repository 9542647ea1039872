using System.Text.Json;
using System.Text.Json.Nodes;
using Hybrid.AppServices.Registrations;
using Hybrid.Primitives;
using Microsoft.Extensions.Logging;

namespace Hybrid.AppServices.Requests;

/// <summary>Asks the application services that claim a network about it (specification, client-server API, "Third-party Networks").</summary>
public sealed class ThirdPartyNetworks(AppServiceDirectory directory, AppServiceClient client, ILogger<ThirdPartyNetworks> logger)
{
    const string Stable = "/_matrix/app/v1/thirdparty/";
    const string Unstable = "/_matrix/app/unstable/thirdparty/";

    /// <summary>How a network of a service is named in requests for published rooms.</summary>
    public static string InstanceId(string serviceId, string networkId) => $"{serviceId}|{networkId}";

    /// <summary>Every protocol that a service answers about.</summary>
    public async ValueTask<JsonObject> ProtocolsAsync(CancellationToken cancellationToken)
    {
        var names = directory.Services.SelectMany(static service => service.Protocols).Distinct(StringComparer.Ordinal).ToList();
        var protocols = await Task.WhenAll(names.Select(name => DescribeAsync(name, cancellationToken)));
        var described = new JsonObject();
        foreach (var (name, protocol) in names.Zip(protocols))
        {
            if (protocol is not null)
                described[name] = protocol;
        }

        return described;
    }

    /// <summary>One protocol; <c>M_NOT_FOUND</c> when no service answers about it.</summary>
    public async ValueTask<Result<JsonObject>> ProtocolAsync(string name, CancellationToken cancellationToken) =>
        await DescribeAsync(name, cancellationToken) is { } protocol ? protocol : MatrixError.NotFound($"The protocol '{name}' is not known.");

    /// <summary>What the services of a protocol find, of the kind <c>location</c> or <c>user</c>; <c>M_NOT_FOUND</c> when that is nothing.</summary>
    public async ValueTask<Result<JsonArray>> SearchAsync(string kind, string protocol, string query, CancellationToken cancellationToken) =>
        Claiming(protocol) is { Count: > 0 } services
            ? await CollectAsync(services, $"{kind}/{Uri.EscapeDataString(protocol)}{query}", cancellationToken)
            : MatrixError.NotFound($"The protocol '{protocol}' is not known.");

    /// <summary>What a room alias leads to in other networks; <c>M_NOT_FOUND</c> when no service knows.</summary>
    public ValueTask<Result<JsonArray>> LocationsAsync(RoomAlias alias, CancellationToken cancellationToken) =>
        CollectAsync([.. Reachable().Where(service => service.Controls(alias))], $"location?alias={Uri.EscapeDataString(alias.Value)}", cancellationToken);

    /// <summary>Who a user is in other networks; <c>M_NOT_FOUND</c> when no service knows.</summary>
    public ValueTask<Result<JsonArray>> UsersAsync(UserId userId, CancellationToken cancellationToken) =>
        CollectAsync([.. Reachable().Where(service => service.Controls(userId))], $"user?userid={Uri.EscapeDataString(userId.Value)}", cancellationToken);

    IEnumerable<AppServiceRegistration> Reachable() => directory.Services.Where(static service => service.Url is not null);

    List<AppServiceRegistration> Claiming(string protocol) => [.. Reachable().Where(service => service.Protocols.Contains(protocol))];

    // The first service describes the protocol; all of them name their instances of it.
    async Task<JsonObject?> DescribeAsync(string name, CancellationToken cancellationToken)
    {
        var services = Claiming(name);
        var answers = await Task.WhenAll(services.Select(service => AskAsync(service, $"protocol/{Uri.EscapeDataString(name)}", cancellationToken)));
        JsonObject? described = null;
        var instances = new JsonArray();
        foreach (var (service, answer) in services.Zip(answers))
        {
            if (answer is not JsonObject protocol)
                continue;

            foreach (var instance in (protocol["instances"] as JsonArray ?? []).OfType<JsonObject>())
            {
                var shown = instance.DeepClone().AsObject();
                if (shown["network_id"] is JsonValue network && network.TryGetValue<string>(out var networkId))
                    shown["instance_id"] = InstanceId(service.Id, networkId);
                instances.Add(shown);
            }

            described ??= protocol;
        }

        if (described is not null)
            described["instances"] = instances;
        return described;
    }

    async ValueTask<Result<JsonArray>> CollectAsync(List<AppServiceRegistration> services, string path, CancellationToken cancellationToken)
    {
        var found = new JsonArray();
        foreach (var answer in await Task.WhenAll(services.Select(service => AskAsync(service, path, cancellationToken))))
        {
            foreach (var entry in (answer as JsonArray ?? []).OfType<JsonObject>())
                found.Add(entry.DeepClone());
        }

        return found.Count > 0 ? found : MatrixError.NotFound("Nothing was found.");
    }

    // One service that fails must not hide what the others say.
    async Task<JsonNode?> AskAsync(AppServiceRegistration service, string path, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await client.SendAsync(service, HttpMethod.Get, Stable + path, null, cancellationToken);
            if (!answer.IsSuccess)
                answer = await client.SendAsync(service, HttpMethod.Get, Unstable + path, null, cancellationToken);
            return answer.IsSuccess ? JsonNode.Parse(answer.Body.Span) : null;
        }
        catch (Exception exception) when (exception is HttpRequestException or TimeoutException or JsonException)
        {
            logger.LogWarning(exception, "The application service {Service} does not answer about its networks", service.Id);
            return null;
        }
    }
}
