using System.Security.Cryptography;
using Hybrid.Federation;
using Hybrid.Federation.Keys;
using Hybrid.Federation.PolicyServers;
using Hybrid.FederationApi;
using Hybrid.Server.Commands;
using Hybrid.Server.Configuration;

namespace Hybrid.Server.Composition;

/// <summary>What the settings say about other servers.</summary>
static class FederationComposition
{
    /// <exception cref="CommandException">The authorities cannot be read.</exception>
    public static FederationOptions Options(HybridSettings settings, IReadOnlyList<RetiredKey> retired)
    {
        try
        {
            return new FederationOptions
            {
                Authorities = FederationOptions.ReadAuthorities(settings.FederationAuthorityPath),
                AllowPrivateAddresses = settings.AllowPrivateAddresses,
                TrustedKeyServers = settings.TrustedKeyServers,
                RetiredKeys = retired,
                FirstRetryInterval = settings.FederationRetryInterval,
                AnswerFolder = Path.Combine(settings.DataFolder, "answers"),
                UserAgent = $"Hybrid/{VersionCommand.Version}",
            };
        }
        catch (Exception error) when (error is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"federation_ca: '{settings.FederationAuthorityPath}' cannot be used: {error.Message}");
        }
    }

    /// <summary>A policy server where the settings name lists that it is to keep to.</summary>
    public static PolicyServerOptions PolicyServer(HybridSettings settings) => settings.PolicyServerLists.Count == 0
        ? new PolicyServerOptions()
        : new PolicyServerOptions(SigningKeyFile.LoadOrCreatePolicyKey(settings.DataFolder), settings.PolicyServerLists);

    public static FederationApiOptions ApiOptions(HybridSettings settings) => new()
    {
        Version = VersionCommand.Version,
        DelegatedServer = settings.DelegatedServer?.Value,
        ListPublicRooms = settings.PublicRoomsOverFederation,
        ShareProfiles = settings.ProfilesOverFederation,
    };
}
