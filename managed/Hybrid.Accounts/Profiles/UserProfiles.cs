using System.Text;
using System.Text.Json;
using Hybrid.Primitives;
using Hybrid.Storage.Accounts;

namespace Hybrid.Accounts.Profiles;

/// <summary>Profiles of local users (specification, client-server API, "Profiles").</summary>
public sealed class UserProfiles(IProfileStore store, IProfilePropagation propagation)
{
    /// <summary>Names and values of a whole profile together.</summary>
    public const int MaxProfileBytes = 64 * 1024;

    const int MaxNameBytes = 255;
    const int MaxDisplayNameCharacters = 256;
    const int MaxAvatarUrlCharacters = 1000;

    /// <summary>The profile; null when there is no such local account, or it is deactivated.</summary>
    public async ValueTask<Profile?> FindAsync(UserId userId, CancellationToken cancellationToken) =>
        await store.ReadAsync(userId, cancellationToken) is { } fields ? new Profile(fields) : null;

    /// <summary>Why a field cannot have this name: <c>M_KEY_TOO_LARGE</c> or <c>M_INVALID_PARAM</c>; null when it can.</summary>
    public static MatrixError? CheckName(string name)
    {
        if (Encoding.UTF8.GetByteCount(name) > MaxNameBytes)
            return MatrixError.Of(400, "M_KEY_TOO_LARGE", $"The name of a profile field has at most {MaxNameBytes} bytes.");

        return name is Profile.DisplayNameField or Profile.AvatarUrlField || IsNamespaced(name)
            ? null
            : MatrixError.InvalidParam("A profile field is displayname, avatar_url, m.tz or a namespaced name such as org.example.field.");
    }

    /// <summary>Why this cannot be a display name, or null.</summary>
    public static MatrixError? CheckDisplayName(string name) =>
        name.Length > MaxDisplayNameCharacters ? MatrixError.InvalidParam($"A display name has at most {MaxDisplayNameCharacters} characters.") : null;

    /// <summary>
    /// Sets one field and tells the user's rooms when it is one that they show. <c>M_KEY_TOO_LARGE</c>, <c>M_INVALID_PARAM</c>,
    /// <c>M_PROFILE_TOO_LARGE</c>. An empty or null display name or avatar removes it.
    /// </summary>
    public async ValueTask<Result<Done>> SetAsync(UserId userId, string name, JsonElement value, CancellationToken cancellationToken)
    {
        if (CheckName(name) is { } badName)
            return badName;
        if (CheckValue(name, value) is { } badValue)
            return badValue;
        if (IsShownInRooms(name) && IsBlank(value))
            return await RemoveAsync(userId, name, cancellationToken);

        switch (await store.SetAsync(userId, name, value.GetRawText(), MaxProfileBytes, cancellationToken))
        {
            case ProfileWrite.TooLarge:
                return MatrixError.Of(400, "M_PROFILE_TOO_LARGE", $"A profile has at most {MaxProfileBytes} bytes.");
            case ProfileWrite.NoAccount:
                return MatrixError.NotFound("There is no such account.");
            default:
                await PropagateAsync(userId, name, cancellationToken);
                return new Done();
        }
    }

    /// <summary>Removes one field, if it is there. <c>M_KEY_TOO_LARGE</c> or <c>M_INVALID_PARAM</c> for a name that no field can have.</summary>
    public async ValueTask<Result<Done>> RemoveAsync(UserId userId, string name, CancellationToken cancellationToken)
    {
        if (CheckName(name) is { } badName)
            return badName;

        if (await store.RemoveAsync(userId, name, cancellationToken))
            await PropagateAsync(userId, name, cancellationToken);
        return new Done();
    }

    static MatrixError? CheckValue(string name, JsonElement value)
    {
        switch (name)
        {
            case Profile.DisplayNameField:
                return IsBlank(value) ? null
                    : value.ValueKind == JsonValueKind.String ? CheckDisplayName(value.GetString()!)
                    : MatrixError.InvalidParam("A display name is a string.");
            case Profile.AvatarUrlField:
                return IsBlank(value) || (value.ValueKind == JsonValueKind.String && IsAvatarUrl(value.GetString()!))
                    ? null
                    : MatrixError.InvalidParam("An avatar URL is an MXC URI.");
            case Profile.TimeZoneField:
                return value.ValueKind == JsonValueKind.String ? null : MatrixError.InvalidParam("A time zone is a string.");
            default:
                return null;
        }
    }

    static bool IsAvatarUrl(string url)
    {
        const string Scheme = "mxc://";
        if (url.Length > MaxAvatarUrlCharacters || !url.StartsWith(Scheme, StringComparison.Ordinal))
            return false;

        var parts = url[Scheme.Length..].Split('/');
        return parts.Length == 2 && ServerName.TryParse(parts[0], out _) && parts[1].Length > 0;
    }

    static bool IsShownInRooms(string name) => name is Profile.DisplayNameField or Profile.AvatarUrlField;

    static bool IsBlank(JsonElement value) =>
        value.ValueKind == JsonValueKind.Null || (value.ValueKind == JsonValueKind.String && value.ValueEquals(""));

    // The Common Namespaced Identifier Grammar: dot-separated parts, each beginning with a letter.
    static bool IsNamespaced(string name)
    {
        var parts = name.Split('.');
        return parts.Length > 1 && parts.All(static part =>
            part.Length > 0 && char.IsAsciiLetterLower(part[0])
            && part.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '_' or '-'));
    }

    async ValueTask PropagateAsync(UserId userId, string name, CancellationToken cancellationToken)
    {
        // The profile as it is now, not as this request made it: of two changes at once, both end with the newer one.
        if (IsShownInRooms(name) && await FindAsync(userId, cancellationToken) is { } profile)
            await propagation.PropagateAsync(userId, profile, cancellationToken);
    }
}
