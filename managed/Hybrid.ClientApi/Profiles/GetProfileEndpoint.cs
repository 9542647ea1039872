using System.Text.Json;
using Hybrid.Accounts.Profiles;
using Hybrid.Http;
using Hybrid.Primitives;

namespace Hybrid.ClientApi.Profiles;

/// <summary><c>GET /_matrix/client/v3/profile/{userId}</c></summary>
sealed class GetProfileEndpoint(ProfileLookup profiles) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("GET", "/_matrix/client/v3/profile/{userId}", Access.Anyone, RateClass.General)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var found = await profiles.FindAsync(request.Path<UserId>("userId"), cancellationToken);
        return found.TryGet(out var profile, out var error) ? Reply.Write(writer => Write(writer, profile.Fields)) : error;
    }

    internal static void Write(Utf8JsonWriter writer, IEnumerable<KeyValuePair<string, string>> fields)
    {
        writer.WriteStartObject();
        foreach (var (name, json) in fields)
        {
            writer.WritePropertyName(name);
            writer.WriteRawValue(json, skipInputValidation: true);
        }

        writer.WriteEndObject();
    }
}
