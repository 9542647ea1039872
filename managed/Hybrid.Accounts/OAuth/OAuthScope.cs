using Hybrid.Primitives;

namespace Hybrid.Accounts.OAuth;

/// <summary>What a client asks for: the whole API, on a device whose ID it has chosen (specification, client-server API, "Scope").</summary>
/// <param name="DeviceId">The device.</param>
/// <param name="Text">The tokens that are granted.</param>
public sealed record OAuthScope(DeviceId DeviceId, string Text)
{
    const string Api = "urn:matrix:client:api:*";
    const string Device = "urn:matrix:client:device:";

    // As MSC2967 had them, for clients that came before the specification.
    const string OldApi = "urn:matrix:org.matrix.msc2967.client:api:*";
    const string OldDevice = "urn:matrix:org.matrix.msc2967.client:device:";

    /// <summary>Null when the scope is not the whole API with exactly one device. What else is in it is not granted.</summary>
    public static OAuthScope? Parse(string? scope)
    {
        var tokens = (scope ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var devices = tokens.Where(static token => token.StartsWith(Device, StringComparison.Ordinal) || token.StartsWith(OldDevice, StringComparison.Ordinal))
            .Select(static token => token[(token.LastIndexOf(':') + 1)..]).Distinct().ToList();
        if (!tokens.Any(static token => token is Api or OldApi) || devices is not [var device] || !device.All(static c => char.IsAsciiLetterOrDigit(c) || "-._~".Contains(c, StringComparison.Ordinal)))
            return null;

        var granted = tokens.Where(static token => token is Api or OldApi || token.StartsWith(Device, StringComparison.Ordinal) || token.StartsWith(OldDevice, StringComparison.Ordinal));
        return DeviceId.TryParse(device, out var id) ? new OAuthScope(id, string.Join(' ', granted)) : null;
    }
}
