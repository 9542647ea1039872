using System.CommandLine;
using Hybrid.Native;
using Hybrid.Server.Commands;
using Hybrid.Server.Composition;
using Hybrid.Server.Configuration;
using Hybrid.Server.Hosting;

var ports = new CommandPorts
{
    Serve = async (request, cancellationToken) =>
    {
        ProcessMemory.ReturnLargeBlocks();
        await using var application = HybridApplication.Create(request.Settings);
        foreach (var variable in request.UnknownVariables)
            application.Web.Logger.LogWarning("{Variable} is set but is no setting", variable);
        if (!await application.HasAccountsAsync(cancellationToken))
            FirstAdministrator.Announce(application.Web.Logger, request.ConfigurationFile);
        await ServerHost.RunAsync(application.Web, request.Settings, cancellationToken);
        return 0;
    },
    CreateUser = AccountCommands.CreateUserAsync,
    CreateToken = AccountCommands.CreateTokenAsync,
    RotateKey = KeyCommands.Rotate,
    CheckStore = StoreCommands.CheckAsync,
    Migrate = MigrationCommands.MigrateAsync,
    Backup = BackupComposition.Ports,
    DescribeDatabase = BackupComposition.DescribeDatabase,
};
var root = CommandLine.Create(ports, SettingsLoader.ProcessEnvironment(), Console.In);
return await CommandLine.RunAsync(root, args, new InvocationConfiguration(), CancellationToken.None);
