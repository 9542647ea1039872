using Hybrid.Backup;
using Hybrid.Server.Configuration;
using Hybrid.Storage.Postgres.Engine;
using Hybrid.Storage.Transfer;

namespace Hybrid.Server.Commands;

/// <summary>What the commands hand over to. The composition plugs itself in; a command whose port is absent does not exist.</summary>
public sealed record CommandPorts
{
    public required ServeHandler Serve { get; init; }

    public CreateUserHandler? CreateUser { get; init; }

    public CreateTokenHandler? CreateToken { get; init; }

    public RotateKeyHandler? RotateKey { get; init; }

    public CheckStoreHandler? CheckStore { get; init; }

    public BackupPorts? Backup { get; init; }

    public MigrateHandler? Migrate { get; init; }

    /// <summary>A line about the database of these settings; an <see cref="InvalidDataException"/> when there is none.</summary>
    public Func<HybridSettings, string>? DescribeDatabase { get; init; }
}

/// <param name="Describe">The server of these settings, as backup and restore see it.</param>
/// <param name="CheckKeys">Reads the keys in the data folder; a <see cref="CommandException"/> says what is wrong with one.</param>
public sealed record BackupPorts(Func<HybridSettings, BackupSource> Describe, Action<HybridSettings> CheckKeys);

/// <summary>Runs the server until it is told to end, and returns the exit code.</summary>
/// <exception cref="CommandException">The server cannot start.</exception>
public delegate Task<int> ServeHandler(ServeRequest request, CancellationToken cancellationToken);

/// <param name="Settings">What is in force.</param>
/// <param name="ConfigurationFile">The file it came from, for messages that repeat the command line.</param>
/// <param name="UnknownVariables">Environment variables that look like settings and are none.</param>
public sealed record ServeRequest(HybridSettings Settings, string? ConfigurationFile, IReadOnlyList<string> UnknownVariables);

/// <summary>Creates a local account and returns its user ID.</summary>
/// <exception cref="CommandException">The name is taken or not allowed, or the password is.</exception>
public delegate Task<string> CreateUserHandler(HybridSettings settings, NewUser user, CancellationToken cancellationToken);

/// <param name="Name">A localpart or a whole user ID of this server.</param>
/// <param name="Password">Not yet checked against any policy.</param>
/// <param name="Administrator">Whether the account may administer the server.</param>
public sealed record NewUser(string Name, string Password, bool Administrator);

/// <summary>Creates a registration token and returns it.</summary>
/// <exception cref="CommandException">It cannot be stored.</exception>
public delegate Task<string> CreateTokenHandler(HybridSettings settings, NewRegistrationToken token, CancellationToken cancellationToken);

/// <param name="Uses">How many accounts it may create; null is any number.</param>
/// <param name="Expires">The moment from which it is refused; null is never.</param>
public sealed record NewRegistrationToken(int? Uses, DateTimeOffset? Expires);

/// <summary>Gives the server of these settings, which must not run, a new key, and returns its ID.</summary>
/// <exception cref="CommandException">The server runs, or its key cannot be read.</exception>
public delegate string RotateKeyHandler(HybridSettings settings);

/// <summary>Checks everything that is stored, and reports each problem as it is found.</summary>
public delegate Task<StoreCheckResult> CheckStoreHandler(HybridSettings settings, Action<string> report, CancellationToken cancellationToken);

/// <summary>How much was checked, and how many problems there are.</summary>
public readonly record struct StoreCheckResult(long Rooms, long Events, long Maps, long Nodes, long Problems);

/// <summary>Moves the database of these settings, whose server must not run, to <paramref name="target"/>; how many rows it has.</summary>
/// <exception cref="CommandException">It cannot be moved, or what arrived is not what was sent.</exception>
public delegate Task<long> MigrateHandler(
    HybridSettings settings, PostgresAddress target, Action<TransferProgress> progress, CancellationToken cancellationToken);

/// <summary>A command cannot be carried out, for a reason that the operator can act on. The message is printed, no stack trace.</summary>
public sealed class CommandException(string message) : Exception(message);
