using System.CommandLine;
using Hybrid.Server.Commands;
using Hybrid.Server.Configuration;
using Hybrid.Server.Hosting;

var ports = new CommandPorts
{
    Serve = async (request, cancellationToken) =>
    {
        await using var app = ServerHost.CreateBuilder(request.Settings).Build();
        foreach (var variable in request.UnknownVariables)
            app.Logger.LogWarning("{Variable} is set but is no setting", variable);
        // Without accounts there is no administrator.
        LandingEndpoint.Map(app, request.Settings, _ => ValueTask.FromResult(false));
        FirstAdministrator.Announce(app.Logger, request.ConfigurationFile);
        await ServerHost.RunAsync(app, request.Settings, cancellationToken);
        return 0;
    },
};
var root = CommandLine.Create(ports, SettingsLoader.ProcessEnvironment(), Console.In);
return await CommandLine.RunAsync(root, args, new InvocationConfiguration(), CancellationToken.None);
