using System.Text.Json;
using Hybrid.Accounts.Keys;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.Keys;
using Hybrid.Storage.Keys;

namespace Hybrid.ClientApi.Keys;

/// <summary><c>POST /_matrix/client/v3/keys/query</c></summary>
sealed class QueryKeysEndpoint(KeyDirectory directory, IRemoteKeys? remote = null) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("POST", "/_matrix/client/v3/keys/query", Access.UserOrGuest)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var body = await request.ReadJsonAsync(KeysJson.Default.QueryKeysRequest, cancellationToken);
        var asker = request.Caller.UserId;
        var here = asker.Server;
        var local = body.DeviceKeys.Where(user => user.Key.Server == here).ToDictionary();
        var elsewhere = body.DeviceKeys.Where(user => user.Key.Server != here).ToDictionary();
        var found = await directory.QueryAsync(asker, local, cancellationToken);
        var failures = RemoteKeyFailures.OfAll(asker, elsewhere.Keys);
        if (elsewhere.Count > 0 && remote is not null)
        {
            var answer = await remote.QueryAsync(asker, elsewhere, RemoteKeyFailures.Timeout(body.Timeout), cancellationToken);
            (found, failures) = ([.. found, .. answer.Found], answer.Failures);
        }

        return Reply.Write(writer => Write(writer, found, failures));
    }

    static void Write(Utf8JsonWriter writer, IReadOnlyList<UserKeys> found, IReadOnlyList<RemoteKeyFailure> failures)
    {
        writer.WriteStartObject();
        RemoteKeyFailures.Write(writer, failures);

        // A user without devices is there too: that is an answer, not a user still to be asked for.
        writer.WriteStartObject("device_keys"u8);
        foreach (var user in found)
        {
            writer.WriteStartObject(user.UserId.Value);
            foreach (var device in user.Devices)
            {
                writer.WritePropertyName(device.DeviceId.Value);
                SignedKeyWriter.WriteDevice(writer, user, device);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        WriteCrossSigning(writer, "master_keys", found, CrossSigningUsage.Master);
        WriteCrossSigning(writer, "self_signing_keys", found, CrossSigningUsage.SelfSigning);
        WriteCrossSigning(writer, "user_signing_keys", found, CrossSigningUsage.UserSigning);
        writer.WriteEndObject();
    }

    static void WriteCrossSigning(Utf8JsonWriter writer, string name, IReadOnlyList<UserKeys> found, CrossSigningUsage usage)
    {
        writer.WriteStartObject(name);
        foreach (var user in found)
        {
            if (user.CrossSigning.TryGetValue(usage, out var key))
            {
                writer.WritePropertyName(user.UserId.Value);
                SignedKeyWriter.WriteCrossSigningKey(writer, user, key);
            }
        }

        writer.WriteEndObject();
    }
}
