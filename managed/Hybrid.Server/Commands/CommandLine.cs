using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Hybrid.Server.Configuration;

namespace Hybrid.Server.Commands;

/// <summary>The command line of <c>hybrid</c>.</summary>
public static class CommandLine
{
    /// <summary>Wrong usage or configuration; 1 is a command that could not be carried out.</summary>
    public const int ConfigurationError = 2;

    /// <param name="ports">What does the work.</param>
    /// <param name="environment">The environment variables to read settings from.</param>
    /// <param name="input">Where <c>--password-stdin</c> reads.</param>
    public static RootCommand Create(CommandPorts ports, IReadOnlyDictionary<string, string> environment, TextReader input)
    {
        var root = new RootCommand("Hybrid, a Matrix homeserver.")
        {
            ServeCommand.Create(ports.Serve, environment),
            ConfigCommand.Create(environment),
            VersionCommand.Create(ports.DescribeDatabase, environment),
        };
        if (ports.CreateUser is { } createUser)
            root.Add(UserCommand.Create(createUser, environment, input));
        if (ports.CreateToken is { } createToken)
            root.Add(TokenCommand.Create(createToken, environment));
        if (ports.RotateKey is { } rotateKey)
            root.Add(KeysCommand.Create(rotateKey, environment));
        if (ports.CheckStore is { } checkStore)
            root.Add(FsckCommand.Create(checkStore, environment));
        if (ports.Migrate is { } migrate)
            root.Add(MigrateCommand.Create(migrate, environment));
        if (ports.Backup is { } backup)
        {
            root.Add(BackupCommand.Create(backup, environment));
            root.Add(RestoreCommand.Create(backup, environment));
        }

        foreach (var help in root.Options.OfType<HelpOption>())
            help.Action = new HelpWithSettings((HelpAction)help.Action!);
        return root;
    }

    /// <summary>Parses and carries out; the exit code is 0 when all went well.</summary>
    public static Task<int> RunAsync(
        RootCommand root, IReadOnlyList<string> arguments, InvocationConfiguration configuration, CancellationToken cancellationToken)
    {
        // The host ends the server on SIGTERM by itself, and takes the time that open requests need.
        configuration.ProcessTerminationTimeout = null;
        return root.Parse(arguments).InvokeAsync(configuration, cancellationToken);
    }

    internal static Option<string?> ConfigurationFile() => new("--config")
    {
        Description = "A TOML file with settings (docs/configuration.md); environment variables override it.",
        HelpName = "FILE",
    };

    /// <summary>Gives a command the settings, and turns what went wrong into messages and an exit code.</summary>
    internal static void SetAction(
        Command command,
        Option<string?> file,
        IReadOnlyDictionary<string, string> environment,
        Func<LoadedSettings, ParseResult, CancellationToken, Task<int>> action) =>
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var error = parsed.InvocationConfiguration.Error;
            try
            {
                return await action(SettingsLoader.Load(parsed.GetValue(file), environment), parsed, cancellationToken);
            }
            catch (SettingsException wrong)
            {
                foreach (var problem in wrong.Problems)
                    await error.WriteLineAsync($"hybrid: {problem}");
                return ConfigurationError;
            }
            catch (CommandException refused)
            {
                await error.WriteLineAsync($"hybrid: {refused.Message}");
                return 1;
            }
        });

    /// <summary>Help that ends with the settings, for the commands that read them.</summary>
    sealed class HelpWithSettings(HelpAction help) : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            var code = help.Invoke(parseResult);
            if (parseResult.CommandResult.Command.Options.Any(option => option.Name == "--config"))
                parseResult.InvocationConfiguration.Output.Write(SettingsText.Help());
            return code;
        }
    }
}
