using System.CommandLine;
using Hybrid.Server.Commands;
using Hybrid.Server.Configuration;
using Xunit;

namespace Hybrid.Server.Tests.Commands;

public class CommandLineTests
{
    readonly StringWriter _output = new();
    readonly StringWriter _error = new();
    readonly Dictionary<string, string> _environment = [];
    readonly CommandPorts _ports;
    ServeRequest? _served;
    NewUser? _user;
    NewRegistrationToken? _token;
    string? _rotated;
    string? _refusal;

    public CommandLineTests() => _ports = new CommandPorts
    {
        Serve = (request, _) => Task.FromResult(Carry(() => _served = request, 7)),
        CreateUser = (settings, user, _) => Task.FromResult(Carry(() => _user = user, $"@{user.Name}:{settings.ServerName}")),
        RotateKey = settings => Carry(() => _rotated = settings.DataFolder, "ed25519:a_next"),
        CreateToken = (settings, token, _) => Task.FromResult(Carry(() => _token = token, "s3cret-token")),
    };

    [Fact]
    public async Task Serve_hands_over_the_settings_and_returns_its_exit_code()
    {
        _environment["HYBRID_SERVER_NAME"] = "example.org";
        _environment["HYBRID_SEVER_NAME"] = "typo";

        Assert.Equal(7, await RunAsync(["serve"]));

        Assert.Equal("example.org", _served!.Settings.ServerName.Value);
        Assert.Equal(["HYBRID_SEVER_NAME"], _served.UnknownVariables);
        Assert.Null(_served.ConfigurationFile);
    }

    [Fact]
    public async Task A_configuration_file_is_read_before_anything_starts()
    {
        using var folder = new TemporaryFolder();
        var good = folder.Write("good.toml", "server_name = \"file.example\"");
        var bad = folder.Write("bad.toml", "server_name = \"\"\nlog = \"x\"");

        Assert.Equal(7, await RunAsync(["serve", "--config", good]));
        Assert.Equal("file.example", _served!.Settings.ServerName.Value);
        Assert.Equal(good, _served.ConfigurationFile);

        _served = null;
        Assert.Equal(CommandLine.ConfigurationError, await RunAsync(["serve", "--config", bad]));
        Assert.Null(_served);
        var lines = _error.ToString().TrimEnd().Split('\n');
        Assert.Equal(2, lines.Length);
        Assert.All(lines, line => Assert.StartsWith("hybrid: ", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task User_create_makes_a_password_that_nobody_guesses_and_prints_it()
    {
        Assert.Equal(0, await RunAsync(["user", "create", "alice", "--admin"]));
        var first = _user!;
        Assert.Equal(0, await RunAsync(["user", "create", "bob"]));

        Assert.Equal("alice", first.Name);
        Assert.True(first.Administrator);
        Assert.False(_user!.Administrator);
        Assert.Equal(20, first.Password.Length);
        Assert.NotEqual(first.Password, _user.Password);
        Assert.Contains("user      @alice:localhost", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains($"password  {first.Password}", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task User_create_takes_a_password_from_standard_input_and_does_not_print_it()
    {
        Assert.Equal(0, await RunAsync(["user", "create", "alice", "--password-stdin"], "a long password\nmore\n"));

        Assert.Equal("a long password", _user!.Password);
        Assert.DoesNotContain("a long password", _output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    public async Task No_password_on_standard_input_is_an_error(string input)
    {
        Assert.Equal(1, await RunAsync(["user", "create", "alice", "--password-stdin"], input));

        Assert.Null(_user);
        Assert.StartsWith("hybrid: --password-stdin", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_is_one_line_and_exit_code_1()
    {
        _refusal = "The name alice is taken.";

        Assert.Equal(1, await RunAsync(["user", "create", "alice"]));

        Assert.Equal("hybrid: The name alice is taken.\n", _error.ToString());
        Assert.Empty(_output.ToString());
    }

    [Fact]
    public async Task Token_create_passes_uses_and_expiry_on()
    {
        Assert.Equal(0, await RunAsync(["token", "create"]));
        Assert.Equal(new NewRegistrationToken(null, null), _token);

        Assert.Equal(0, await RunAsync(["token", "create", "--uses", "3", "--expires", "2027-01-31"]));
        Assert.Equal(new NewRegistrationToken(3, new DateTimeOffset(2027, 1, 31, 0, 0, 0, TimeSpan.Zero)), _token);

        Assert.Equal(0, await RunAsync(["token", "create", "--expires", "2027-01-31T12:00:00+02:00"]));
        Assert.Equal(new DateTimeOffset(2027, 1, 31, 10, 0, 0, TimeSpan.Zero), _token!.Expires);
        Assert.Equal("s3cret-token\ns3cret-token\ns3cret-token\n", _output.ToString());
    }

    [Theory]
    [InlineData("--uses", "0")]
    [InlineData("--uses", "many")]
    [InlineData("--expires", "tomorrow")]
    [InlineData("--expires", "01/02/2027")]
    public async Task Token_create_refuses_what_it_does_not_understand(string option, string value)
    {
        Assert.NotEqual(0, await RunAsync(["token", "create", option, value]));

        Assert.Null(_token);
        Assert.Contains(option, _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_rotate_prints_the_new_key()
    {
        _environment["HYBRID_DATA"] = "elsewhere";

        Assert.Equal(0, await RunAsync(["keys", "rotate"]));
        Assert.Equal("elsewhere", _rotated);
        Assert.Equal("ed25519:a_next\n", _output.ToString());

        _refusal = "another server is using this data folder";
        Assert.Equal(1, await RunAsync(["keys", "rotate"]));
        Assert.Contains(_refusal, _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Config_prints_what_is_in_force_and_the_reference()
    {
        _environment["HYBRID_LOG"] = "warning";

        Assert.Equal(0, await RunAsync(["config"]));
        Assert.Contains("log = \"warning\" # environment variable HYBRID_LOG", _output.ToString(), StringComparison.Ordinal);

        _output.GetStringBuilder().Clear();
        Assert.Equal(0, await RunAsync(["config", "--reference"]));
        Assert.Equal(SettingsText.Reference(), _output.ToString());
    }

    [Fact]
    public async Task Version_is_that_of_the_assembly()
    {
        Assert.Equal(0, await RunAsync(["version"]));

        Assert.Matches(@"^hybrid \d+\.\d+\.\d+(-[a-z0-9.]+)?\n$", _output.ToString());
    }

    [Fact]
    public async Task Help_of_serve_lists_every_setting()
    {
        Assert.Equal(0, await RunAsync(["serve", "--help"]));

        Assert.All(SettingTable.All, setting => Assert.Contains(setting.EnvironmentVariable, _output.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_unknown_command_is_an_error() => Assert.NotEqual(0, await RunAsync(["sevre"]));

    [Theory]
    [InlineData("/srv/hybrid/artifacts/bin/hybrid", "/srv/hybrid", null, "artifacts/bin/hybrid user create admin --admin")]
    [InlineData("/opt/hybrid/hybrid", "/var/lib/hybrid", null, "hybrid user create admin --admin")]
    [InlineData("/opt/hybrid/hybrid", "/", "/etc/hybrid.toml", "opt/hybrid/hybrid user create admin --admin --config /etc/hybrid.toml")]
    public void The_first_administrators_command_can_be_pasted_where_the_server_was_started(string program, string folder, string? file, string expected) =>
        Assert.Equal(expected, FirstAdministrator.Command(program, folder, file));

    T Carry<T>(Action record, T result)
    {
        if (_refusal is not null)
            throw new CommandException(_refusal);
        record();
        return result;
    }

    Task<int> RunAsync(string[] arguments, string input = "") => CommandLine.RunAsync(
        CommandLine.Create(_ports, _environment, new StringReader(input)),
        arguments,
        new InvocationConfiguration { Output = _output, Error = _error },
        CancellationToken.None);
}
