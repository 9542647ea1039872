using System.Text;

namespace Hybrid.Primitives;

/// <summary>The shape that users, rooms, events and aliases share: a sigil, something, and mostly a server name.</summary>
static class SigilGrammar
{
    const int MaxBytes = 255;

    internal static bool IsValid(string? text, char sigil, bool needsServer)
    {
        if (text is null || text.Length < 2 || text[0] != sigil || text.Contains('\0', StringComparison.Ordinal) || Encoding.UTF8.GetByteCount(text) > MaxBytes)
            return false;

        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0)
            return !needsServer;

        return ServerName.TryParse(text[(colon + 1)..], out _);
    }
}
