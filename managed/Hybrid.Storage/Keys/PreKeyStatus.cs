namespace Hybrid.Storage.Keys;

/// <summary>What every <c>/sync</c> tells a device about its keys on the server.</summary>
public sealed record PreKeyStatus(IReadOnlyDictionary<string, int> OneTimeKeyCounts, IReadOnlyList<string> UnusedFallbackKeyTypes);
