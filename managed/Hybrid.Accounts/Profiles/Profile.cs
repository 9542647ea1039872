using System.Text.Json;
using Hybrid.Primitives;

namespace Hybrid.Accounts.Profiles;

/// <summary>A user's profile: names of fields with their JSON.</summary>
public sealed record Profile(IReadOnlyDictionary<string, string> Fields)
{
    public const string DisplayNameField = "displayname";
    public const string AvatarUrlField = "avatar_url";
    public const string TimeZoneField = "m.tz";

    public string? DisplayName => Text(DisplayNameField);

    public string? AvatarUrl => Text(AvatarUrlField);

    string? Text(string name)
    {
        if (!Fields.TryGetValue(name, out var json))
            return null;

        using var document = JsonDocument.Parse(json);
        return document.RootElement.ValueKind == JsonValueKind.String ? document.RootElement.GetString() : null;
    }
}

/// <summary>
/// Carries a changed display name or avatar into the member events of the rooms that the user is joined to. Implemented where
/// rooms are known; the request waits for it.
/// </summary>
public interface IProfilePropagation
{
    ValueTask PropagateAsync(UserId userId, Profile profile, CancellationToken cancellationToken);
}
