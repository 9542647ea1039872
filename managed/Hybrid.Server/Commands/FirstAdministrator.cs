namespace Hybrid.Server.Commands;

/// <summary>The command that creates the first administrator, as the operator can paste it.</summary>
static class FirstAdministrator
{
    /// <param name="program">The path of the running program.</param>
    /// <param name="folder">The folder it was started in. A program below is named relative to it, any other by its bare name.</param>
    /// <param name="configurationFile">The file to name, or null. The page at <c>/</c> is public and names none.</param>
    public static string Command(string? program, string folder, string? configurationFile)
    {
        var relative = Path.GetRelativePath(folder, program ?? "hybrid");
        var outside = relative.StartsWith("..", StringComparison.Ordinal) || Path.IsPathRooted(relative);
        var name = outside ? Path.GetFileName(relative) : relative;
        if (!name.Contains('/') && File.Exists(Path.Combine(folder, name)))
            name = "./" + name;
        return $"{name} user create admin --admin{(configurationFile is null ? "" : $" --config {configurationFile}")}";
    }

    /// <summary>Tells the operator, in the log of a server without an administrator, how to make one.</summary>
    public static void Announce(ILogger logger, string? configurationFile) => logger.LogInformation(
        "There is no administrator yet; in another terminal: {Command}",
        Command(Environment.ProcessPath, Environment.CurrentDirectory, configurationFile));
}
