using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Hybrid.Bench;

namespace Hybrid.LoadGenerator;

/// <summary>The command line of the load generator.</summary>
public static class LoadCommand
{
    public static RootCommand Create()
    {
        var url = new Option<Uri?>("--url") { Description = "The homeserver; only this machine's own addresses are allowed.", HelpName = "URL", CustomParser = ParseUrl };
        var secret = new Option<string?>("--registration-shared-secret") { Description = "Registers users through /_synapse/admin/v1/register; without it registration must be open.", HelpName = "SECRET" };
        var process = new Option<int?>("--server-pid") { Description = "The server's process, for its CPU time and memory.", HelpName = "PID" };
        var command = new Option<string?>("--server-command") { Description = "Starts the server: a program and its arguments, separated by spaces.", HelpName = "COMMAND" };
        var hybrid = new Option<string?>("--hybrid") { Description = "Starts this Hybrid executable in a temporary folder; the default when no server is named.", HelpName = "FILE" };
        var name = new Option<string?>("--name") { Description = "What reports call the server.", HelpName = "NAME" };
        var json = new Option<string?>("--json") { Description = "Writes the results to a file.", HelpName = "FILE" };
        var baseline = new Option<string?>("--baseline") { Description = "The JSON of a run against another server, to compare with.", HelpName = "FILE" };
        var only = new Option<string[]>("--only") { Description = $"Runs these scenarios alone: {string.Join(", ", LoadRun.ScenarioNames)}.", HelpName = "SCENARIO", AllowMultipleArgumentsPerToken = true };
        var seconds = new Option<double>("--seconds") { Description = "The longest time of one scenario.", HelpName = "N", DefaultValueFactory = _ => 30 };
        var scale = new Option<double>("--scale") { Description = "Multiplies every count of requests, such as 0.1.", HelpName = "N", DefaultValueFactory = _ => 1 };
        var warmUp = new Option<double>("--warm-up") { Description = "The share of every count that is done once before, unmeasured; 0 for none.", HelpName = "N", DefaultValueFactory = _ => 0.5 };
        var clients = new Option<int>("--clients") { Description = "How many clients send at once.", HelpName = "N", DefaultValueFactory = _ => 8 };
        var rooms = new Option<int>("--rooms") { Description = "How many rooms they send into.", HelpName = "N", DefaultValueFactory = _ => 4 };
        var fanout = new Option<int>("--fanout-users") { Description = "How many users wait for one message.", HelpName = "N", DefaultValueFactory = _ => 200 };
        seconds.Validators.Add(result => Bound(result, 0.1, 600));
        scale.Validators.Add(result => Bound(result, 0.001, 100));
        warmUp.Validators.Add(result => Bound(result, 0, 100));
        clients.Validators.Add(result => Bound(result, 1, 1000));
        rooms.Validators.Add(result => Bound(result, 1, 1000));
        fanout.Validators.Add(result => Bound(result, 1, 5000));
        only.AcceptOnlyFromAmong([.. LoadRun.ScenarioNames]);

        var root = new RootCommand("Measures a Matrix homeserver on this machine through its client-server API.")
        {
            url, secret, process, command, hybrid, name, json, baseline, only, seconds, scale, warmUp, clients, rooms, fanout,
        };
        root.SetAction(async (parsed, cancellationToken) =>
        {
            // Started bare, as the build does it, this measures the build, compares it with what is known, and keeps the results with it.
            var isBare = parsed.GetValue(url) is null && parsed.GetValue(command) is null && parsed.GetValue(hybrid) is null;
            var repository = isBare ? BenchmarkSummary.FindRepository() : null;
            var options = new LoadOptions
            {
                Url = parsed.GetValue(url),
                RegistrationSharedSecret = parsed.GetValue(secret),
                ServerProcess = parsed.GetValue(process),
                ServerCommand = parsed.GetValue(command)?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [],
                Hybrid = parsed.GetValue(hybrid),
                Name = parsed.GetValue(name) ?? (parsed.GetValue(url) is { } address ? address.Authority : "Hybrid"),
                JsonFile = parsed.GetValue(json) ?? InRepository("artifacts/bench/load.json"),
                BaselineFile = parsed.GetValue(baseline) ?? InRepository("bench/baselines/synapse-1.160-sqlite.json"),
                Summary = repository,
                Only = parsed.GetValue(only) ?? [],
                Limit = TimeSpan.FromSeconds(parsed.GetValue(seconds)),
                Scale = parsed.GetValue(scale),
                WarmUp = parsed.GetValue(warmUp),
                Clients = parsed.GetValue(clients),
                Rooms = parsed.GetValue(rooms),
                FanoutUsers = parsed.GetValue(fanout),
            };
            string? InRepository(string path) => repository is null ? null : Path.Combine(repository, path);

            try
            {
                return await LoadRun.ExecuteAsync(options, parsed.InvocationConfiguration.Output, cancellationToken);
            }
            catch (Exception exception) when (exception is LoadException or HttpRequestException or IOException)
            {
                await parsed.InvocationConfiguration.Error.WriteLineAsync(exception.Message);
                return 1;
            }
        });
        return root;
    }

    static Uri? ParseUrl(ArgumentResult result)
    {
        if (Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out var url))
            return url;
        result.AddError($"--url: '{result.Tokens[0].Value}' is no address such as http://127.0.0.1:8008.");
        return null;
    }

    static void Bound(OptionResult result, double least, double most)
    {
        if (result.Tokens is [var token]
            && double.TryParse(token.Value, CultureInfo.InvariantCulture, out var number)
            && (number < least || number > most))
        {
            result.AddError(FormattableString.Invariant($"{result.Option.Name} must be from {least} to {most}."));
        }
    }
}

/// <summary>A run cannot go on, for a reason that whoever started it can act on.</summary>
public sealed class LoadException(string message) : Exception(message);
