using System.Text;
using System.Text.Json;
using Hybrid.Accounts.Profiles;
using Hybrid.Federation.Requests;
using Hybrid.Primitives;

namespace Hybrid.Federation.Remote;

/// <summary>Profiles of other servers' users (server-server API, "Querying for information"), kept for some minutes.</summary>
sealed class RemoteProfiles(PeerQuestions peers, TimeProvider time) : IRemoteProfiles
{
    const int MaxAnswerBytes = 256 * 1024;
    const int MaxFields = 200;
    const int MaxNameBytes = 255;

    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    readonly AnswerCache<UserId, Profile> _cache = new(time, TimeSpan.FromMinutes(5), TimeSpan.FromSeconds(30), 10_000);

    public ValueTask<Result<Profile>> FindAsync(UserId userId, CancellationToken cancellationToken) =>
        _cache.GetAsync(userId, () => AskAsync(userId), cancellationToken);

    async Task<Result<Profile>> AskAsync(UserId userId)
    {
        var target = FederationPath.WithQuery(FederationPath.Of("federation/v1/query/profile"), ("user_id", userId.Value));
        var request = FederationRequest.Get(target) with { Timeout = Timeout, MaxAnswerBytes = MaxAnswerBytes };
        var asked = await peers.AskAsync(userId.Server, request, Read, CancellationToken.None);
        return asked.TryGet(out var profile, out var failure) ? profile : failure.ToMatrixError();
    }

    static Profile Read(JsonElement answer)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var member in answer.EnumerateObject())
        {
            if (fields.Count < MaxFields && Encoding.UTF8.GetByteCount(member.Name) <= MaxNameBytes && IsShown(member.Name, member.Value))
                fields[member.Name] = member.Value.GetRawText();
        }

        return new Profile(fields);
    }

    // Clients take these for text without looking.
    static bool IsShown(string name, JsonElement value) => name is Profile.DisplayNameField or Profile.AvatarUrlField or Profile.TimeZoneField
        ? value.ValueKind == JsonValueKind.String
        : value.ValueKind != JsonValueKind.Null;
}
