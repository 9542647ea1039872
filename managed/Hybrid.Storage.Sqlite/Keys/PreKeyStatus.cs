namespace Hybrid.Storage.Sqlite.Keys;

/// <summary>What every <c>/sync</c> tells a device about its keys on the server.</summary>
sealed record PreKeyStatus(IReadOnlyDictionary<string, int> OneTimeKeyCounts, IReadOnlyList<string> UnusedFallbackKeyTypes);
