using System.Text.Json;
using Hybrid.Federation.Inbound.Edus;
using Hybrid.Primitives;
using Hybrid.Storage.Keys;

namespace Hybrid.Federation.Devices;

/// <summary>Takes in new cross-signing keys of other servers' users (server-server API, <c>m.signing_key_update</c>).</summary>
public class SigningKeyUpdateHandler(IRemoteDeviceStore store, ICrossSigningStore crossSigning, RemoteSharing sharing, RemoteKeyReader reader) : IEduHandler
{
    public virtual string EduType => "m.signing_key_update";

    public async ValueTask HandleAsync(ServerName origin, JsonElement content, CancellationToken cancellationToken)
    {
        if (!UserId.TryParse(RemoteKeyReader.Text(content, "user_id"), out var userId) || userId.Server != origin
            || !await sharing.SharesAsync(userId, cancellationToken))
        {
            return;
        }

        var known = (await crossSigning.ReadKeysAsync([userId], cancellationToken)).FirstOrDefault(static key => key.Usage == CrossSigningUsage.Master);
        var keys = reader.ReadSigningKeys(
            userId, RemoteKeyReader.Member(content, "master_key"), RemoteKeyReader.Member(content, "self_signing_key"), known);
        if (keys.Count > 0)
            await store.ApplySigningKeysAsync(userId, keys, cancellationToken);
    }
}

/// <summary>The same under the name that it had before it was specified, which servers still send it by as well (MSC1756).</summary>
public sealed class UnstableSigningKeyUpdateHandler(
    IRemoteDeviceStore store, ICrossSigningStore crossSigning, RemoteSharing sharing, RemoteKeyReader reader)
    : SigningKeyUpdateHandler(store, crossSigning, sharing, reader)
{
    public override string EduType => "org.matrix.signing_key_update";
}
