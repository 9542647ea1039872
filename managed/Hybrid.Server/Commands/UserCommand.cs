using System.CommandLine;
using System.Security.Cryptography;

namespace Hybrid.Server.Commands;

/// <summary><c>hybrid user create</c>: makes accounts, the first administrator among them.</summary>
static class UserCommand
{
    // Without letters and digits that look alike; 20 of these 55 are 115 bits.
    const string PasswordAlphabet = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ2345679";
    const int PasswordLength = 20;

    public static Command Create(CreateUserHandler createUser, IReadOnlyDictionary<string, string> environment, TextReader input) =>
        new("user", "Manages accounts.") { CreateCommand(createUser, environment, input) };

    static Command CreateCommand(CreateUserHandler createUser, IReadOnlyDictionary<string, string> environment, TextReader input)
    {
        var name = new Argument<string>("NAME") { Description = "The part of the user ID before the colon, or the whole user ID." };
        var administrator = new Option<bool>("--admin") { Description = "The account may administer the server." };
        var fromInput = new Option<bool>("--password-stdin")
        {
            Description = "Reads the password from the first line of standard input; without it one is made and printed.",
        };
        var file = CommandLine.ConfigurationFile();
        var command = new Command("create", "Creates an account and prints its user ID and, if it was made here, its password.")
        {
            name,
            administrator,
            fromInput,
            file,
        };
        CommandLine.SetAction(command, file, environment, async (loaded, parsed, cancellationToken) =>
        {
            var made = !parsed.GetValue(fromInput);
            var password = made
                ? RandomNumberGenerator.GetString(PasswordAlphabet, PasswordLength)
                : await input.ReadLineAsync(cancellationToken);
            if (string.IsNullOrEmpty(password))
                throw new CommandException("--password-stdin: standard input has no first line to take as the password.");

            var user = new NewUser(parsed.GetRequiredValue(name), password, parsed.GetValue(administrator));
            var id = await createUser(loaded.Settings, user, cancellationToken);
            var output = parsed.InvocationConfiguration.Output;
            await output.WriteLineAsync($"user      {id}");
            if (made)
                await output.WriteLineAsync($"password  {password}");
            return 0;
        });
        return command;
    }
}
