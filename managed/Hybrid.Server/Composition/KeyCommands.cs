using Hybrid.Server.Configuration;

namespace Hybrid.Server.Composition;

/// <summary>Commands about the server's own keys.</summary>
static class KeyCommands
{
    /// <summary>Gives the server a new key. A running server would go on to sign with the old one after it has expired: there must be none.</summary>
    public static string Rotate(HybridSettings settings)
    {
        using var data = DataFolder.Hold(settings.DataFolder);
        return SigningKeyFile.Rotate(settings.DataFolder, DateTimeOffset.UtcNow);
    }
}
