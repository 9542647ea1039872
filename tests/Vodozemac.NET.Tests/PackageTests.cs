using System.Diagnostics;
using System.IO.Compression;

namespace Vodozemac.Tests;

/// <summary>
/// The package as somebody else has it: packed from what is built, restored from a folder and nothing else, and used by a
/// program that knows nothing of this repository.
/// </summary>
public sealed class PackageTests : IDisposable
{
    // As the build stamped it into the test assembly.
    static readonly string Project = Metadata("PackageProject");
    static readonly string Configuration = Metadata("Configuration");

    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("vodozemac-package-");

    [Fact]
    public void A_program_that_has_only_the_package_works()
    {
        var packages = Path.Combine(_folder.FullName, "packages");
        // Without the documentation, which quick builds leave out.
        Run("pack", Project, "--no-build", "--configuration", Configuration, "--output", packages, "--nologo", "-p:GenerateDocumentationFile=false");
        var package = Assert.Single(Directory.GetFiles(packages, "*.nupkg"));
        using (var archive = ZipFile.OpenRead(package))
        {
            var names = archive.Entries.Select(entry => entry.FullName).ToList();
            Assert.Contains("runtimes/linux-x64/native/libhybrid_ffi.so", names);
            Assert.Contains("lib/net10.0/Vodozemac.dll", names);
            Assert.Contains("README.md", names);
            Assert.Contains("LICENSE", names);
        }

        var version = Path.GetFileNameWithoutExtension(package)["Vodozemac.NET.".Length..];
        File.WriteAllText(Path.Combine(_folder.FullName, "Program.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <OutputType>Exe</OutputType>
                <UseAppHost>false</UseAppHost>
                <NuGetAudit>false</NuGetAudit>
                <RestorePackagesPath>restored</RestorePackagesPath>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="Vodozemac.NET" Version="{version}" />
              </ItemGroup>
            </Project>
            """);
        File.WriteAllText(Path.Combine(_folder.FullName, "nuget.config"), """
            <configuration>
              <packageSources>
                <clear />
                <add key="only" value="packages" />
              </packageSources>
            </configuration>
            """);
        File.WriteAllText(Path.Combine(_folder.FullName, "Program.cs"), """
            using var sender = new Vodozemac.GroupSession();
            using var reader = new Vodozemac.InboundGroupSession(sender.SessionKey);
            System.Console.WriteLine(System.Text.Encoding.UTF8.GetString(reader.Decrypt(sender.Encrypt("read with the package"u8)).Plaintext));
            """);
        Run("build", "Program.csproj", "--output", "out", "--nologo", "-p:UseSharedCompilation=false");

        Assert.Equal("read with the package", Run(Path.Combine("out", "Program.dll")).Trim());
    }

    public void Dispose() => _folder.Delete(recursive: true);

    static string Metadata(string key) => typeof(PackageTests).Assembly
        .GetCustomAttributes(typeof(System.Reflection.AssemblyMetadataAttribute), false)
        .Cast<System.Reflection.AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == key).Value!;

    /// <summary>Runs dotnet and returns what it printed.</summary>
    string Run(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments)
        {
            WorkingDirectory = _folder.FullName,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // What the test runner's own MSBuild left behind is not for another one; and no server may outlive the command.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
            start.Environment.Remove(name);
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"dotnet {string.Join(' ', arguments)}: {output}{error.Result}");
        return output;
    }
}
