using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Hybrid.Server.Commands;

/// <summary><c>hybrid token create</c>: makes registration tokens (specification, client-server API, "Token-authenticated registration").</summary>
static class TokenCommand
{
    public static Command Create(CreateTokenHandler createToken, IReadOnlyDictionary<string, string> environment) =>
        new("token", "Manages registration tokens, with which people register when registration = \"token\".")
        {
            CreateCommand(createToken, environment),
        };

    static Command CreateCommand(CreateTokenHandler createToken, IReadOnlyDictionary<string, string> environment)
    {
        var uses = new Option<int?>("--uses") { Description = "How many accounts it may create; any number if not given.", HelpName = "N" };
        uses.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && int.TryParse(token.Value, CultureInfo.InvariantCulture, out var number) && number < 1)
                result.AddError("--uses must be 1 or more.");
        });
        var expires = new Option<DateTimeOffset?>("--expires")
        {
            Description = "When it expires, in ISO 8601 (2027-01-31 or 2027-01-31T12:00:00Z; UTC if no offset is given); never if not given.",
            HelpName = "ISO",
            CustomParser = ParseMoment,
        };
        var file = CommandLine.ConfigurationFile();
        var command = new Command("create", "Creates a registration token and prints it.") { uses, expires, file };
        CommandLine.SetAction(command, file, environment, async (loaded, parsed, cancellationToken) =>
        {
            var token = await createToken(
                loaded.Settings, new NewRegistrationToken(parsed.GetValue(uses), parsed.GetValue(expires)), cancellationToken);
            await parsed.InvocationConfiguration.Output.WriteLineAsync(token);
            return 0;
        });
        return command;
    }

    static DateTimeOffset? ParseMoment(ArgumentResult result)
    {
        string[] forms = ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];
        const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        if (DateTimeOffset.TryParseExact(result.Tokens[0].Value, forms, CultureInfo.InvariantCulture, Utc, out var moment))
            return moment;
        result.AddError($"--expires: '{result.Tokens[0].Value}' is not a moment in ISO 8601, such as 2027-01-31T12:00:00Z.");
        return null;
    }
}
