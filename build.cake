#nullable enable
using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;

// One way to build, run, test and measure. build.sh is the door: it checks the machine, starts this script and, after
// `Run` or `Test`, starts the server or prints the count.

const string Solution = "Hybrid.sln";
const string Server = "managed/Hybrid.Server/Hybrid.Server.csproj";
const string TestResults = "artifacts/test-results";
const string NativeBench = "hybrid-state";
const int LongestSourceFile = 600;

var target = Argument("target", "Build");
var configuration = Argument("configuration", "Release");

// ---- What runs other programs ------------------------------------------------------------------------------------

void Execute(string tool, ProcessArgumentBuilder arguments, string folder = ".")
{
    var code = StartProcess(tool, new ProcessSettings { Arguments = arguments, WorkingDirectory = folder });
    if (code != 0)
        throw new CakeException(code, $"{tool} {arguments.RenderSafe()} (in {folder}) ended with exit code {code}.");
}

ProcessArgumentBuilder Words(params string[] words)
{
    var arguments = new ProcessArgumentBuilder();
    foreach (var word in words)
        arguments.AppendQuoted(word);
    return arguments;
}

/// Runs a program, shows what it prints, and returns its exit code with its lines.
(int Code, List<string> Lines) Listen(string tool, ProcessArgumentBuilder arguments, string folder = ".")
{
    var lines = new List<string>();
    var code = StartProcess(tool, new ProcessSettings
    {
        Arguments = arguments,
        WorkingDirectory = folder,
        RedirectStandardOutput = true,
        RedirectedStandardOutputHandler = line =>
        {
            if (line is not null)
            {
                lines.Add(line);
                Console.WriteLine(line);
            }
            return line;
        },
    });
    return (code, lines);
}

/// Every tracked file with one of the endings.
IEnumerable<string> Tracked(params string[] patterns)
{
    var arguments = new ProcessArgumentBuilder().Append("ls-files --").Append(string.Join(' ', patterns.Select(p => $"\"{p}\"")));
    if (StartProcess("git", new ProcessSettings { Arguments = arguments, RedirectStandardOutput = true }, out var lines) != 0)
        throw new CakeException("git ls-files failed: this target needs a git checkout.");
    return lines.Where(line => line.Length > 0 && FileExists(line)).ToList();
}

// ---- Build -------------------------------------------------------------------------------------------------------

Task("Native")
    .Description("Builds artifacts/native/libhybrid_ffi.so.")
    .Does(() => Execute("native/build.sh", Words("build")));

Task("Managed")
    .Description("Builds every project of the solution.")
    .IsDependentOn("Native")
    .Does(() => DotNetBuild(Solution, new DotNetBuildSettings
    {
        Configuration = configuration,
        NoLogo = true,
        Verbosity = DotNetVerbosity.Minimal,
    }));

Task("Build")
    .Description("Leaves the server, ready to start, as artifacts/bin/hybrid (the default target).")
    .IsDependentOn("Managed")
    .Does(() => DotNetPublish(Server, new DotNetPublishSettings
    {
        Configuration = configuration,
        NoBuild = true,
        NoLogo = true,
        OutputDirectory = "artifacts/bin",
        Verbosity = DotNetVerbosity.Minimal,
    }));

Task("Run")
    .Description("Builds, then build.sh starts artifacts/bin/hybrid serve in the foreground; what follows -- goes to it.")
    .IsDependentOn("Build");

// ---- Test --------------------------------------------------------------------------------------------------------

var passed = 0;
var failed = 0;
var failures = new List<string>();

/// Adds a suite to the count. A suite that ended badly without naming a failed test counts as one failed test.
void Count(string suite, int suitePassed, int suiteFailed, int exitCode, IEnumerable<string> failedTests)
{
    failures.AddRange(failedTests.Select(test => $"{suite}: {test.ReplaceLineEndings(" ")}"));
    if (suiteFailed == 0 && (exitCode != 0 || suitePassed == 0))
    {
        failures.Add($"{suite}: ended with exit code {exitCode} after {suitePassed} passed tests; counted as one failure.");
        suiteFailed = 1;
    }
    Information($"{suite}: {suitePassed} passed, {suiteFailed} failed");
    passed += suitePassed;
    failed += suiteFailed;
}

int Sum(IEnumerable<string> lines, string pattern) => lines
    .Select(line => Regex.Match(line, pattern))
    .Where(match => match.Success)
    .Sum(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture));

IEnumerable<string> Matches(IEnumerable<string> lines, string pattern) => lines
    .Select(line => Regex.Match(line, pattern))
    .Where(match => match.Success)
    .Select(match => match.Groups[1].Value);

void TestNative()
{
    var (code, lines) = Listen("native/build.sh", Words("test", "--no-fail-fast"));
    Count("native", Sum(lines, @"^test result: .*?(\d+) passed;"), Sum(lines, @"^test result: .*? (\d+) failed;"), code, Matches(lines, @"^test (\S+) \.\.\. FAILED$"));
}

/// Whether the tests run on the database that HYBRID_TEST_DATABASE names. Those of the engines cover every one by themselves, and those of
/// durability are about SQLite's files and the disk under them.
bool RunsOnEitherDatabase(FilePath project) =>
    System.IO.File.ReadAllText(project.FullPath).Contains("Shared/TestDatabase.cs", StringComparison.Ordinal)
    && project.GetFilenameWithoutExtension().ToString() is not ("Hybrid.Storage.Tests" or "Hybrid.Durability.Tests");

void TestManaged(FilePath project, string database)
{
    var name = project.GetFilenameWithoutExtension() + (database == "sqlite" ? "" : "." + database);
    var report = MakeAbsolute(Directory(TestResults)).CombineWithFilePath(name + ".trx");
    var code = StartProcess("dotnet", new ProcessSettings
    {
        Arguments = Words(
            "test", project.FullPath, "--configuration", configuration, "--no-build", "--nologo",
            "--logger", $"trx;LogFileName={report.FullPath}", "--results-directory", TestResults,
            "--blame-hang-timeout", "10m", "--blame-hang-dump-type", "none"),
        EnvironmentVariables = new Dictionary<string, string?> { ["HYBRID_TEST_DATABASE"] = database },
    });
    XNamespace trx = "http://microsoft.com/schemas/VisualStudio/TeamTest/2010";
    var results = FileExists(report) ? XDocument.Load(report.FullPath) : null;
    var counters = results?.Descendants(trx + "Counters").SingleOrDefault();
    int Counter(string attribute) => (int?)counters?.Attribute(attribute) ?? 0;
    var errors = Counter("failed") + Counter("error") + Counter("timeout") + Counter("aborted");
    var failedTests = results?.Descendants(trx + "UnitTestResult").Where(result => (string?)result.Attribute("outcome") is "Failed" or "Error" or "Timeout" or "Aborted")
        .Select(result => $"{(string?)result.Attribute("testName")}: {(string?)result.Descendants(trx + "Message").FirstOrDefault()}");
    Count(name, Counter("passed"), errors, code, failedTests ?? []);
}

void TestClients()
{
    var (install, _) = Listen("npm", Words("ci", "--no-audit", "--no-fund"), "tests/clients");
    if (install != 0)
    {
        Count("clients", 0, 0, install, []);
        return;
    }
    foreach (var (suite, script) in new[] { ("clients", "test"), ("clients.postgres", "test:postgres") })
    {
        // Both of node's own reporters end with the count: "# pass 3" is TAP's, "ℹ pass 3" the readable one's.
        var (code, lines) = Listen("npm", Words("run", script), "tests/clients");
        Count(
            suite, Sum(lines, @"^(?:#|ℹ) pass (\d+)$"), Sum(lines, @"^(?:#|ℹ) (?:fail|cancelled) (\d+)$"), code,
            Matches(lines, @"^\s*(?:✖|not ok \d+ -) (.+)$").Distinct());
    }
}

Task("Test")
    .Description("Runs every test; build.sh prints \"N passed, N failed\" as the last line.")
    .IsDependentOn("Build")
    .Does(() =>
    {
        CleanDirectory(TestResults);
        TestNative();
        foreach (var project in GetFiles("tests/*.Tests/*.csproj").OrderBy(file => file.FullPath, StringComparer.Ordinal))
        {
            TestManaged(project, "sqlite");
            if (RunsOnEitherDatabase(project))
                TestManaged(project, "postgres");
        }
        if (DirectoryExists("tests/clients"))
            TestClients();
        foreach (var complaint in QuickLint())
        {
            Error(complaint);
            failed++;
        }
        // Once more where it is looked for: at the end.
        foreach (var failure in failures)
            Error(failure);
        System.IO.File.WriteAllText($"{TestResults}/count.txt", FormattableString.Invariant($"{passed} passed, {failed} failed\n"));
        if (failed > 0 || passed == 0)
            throw new CakeException($"{passed} tests passed, {failed} failed.");
    });

Task("Interop")
    .Description("Builds, then build.sh tells the scenarios of tests/interop with Hybrid and Synapse; what follows -- names the pairs.")
    .IsDependentOn("Build")
    .Does(() => Execute("npm", Words("ci", "--no-audit", "--no-fund"), "tests/clients"));

Task("Conformance")
    .Description("Asks a running server every operation of the specification, and writes docs/conformance.md.")
    .IsDependentOn("Build")
    .Does(() =>
    {
        var code = StartProcess("dotnet", new ProcessSettings
        {
            Arguments = Words("test", "tests/Hybrid.Conformance.Tests", "--configuration", configuration, "--no-build", "--nologo"),
            EnvironmentVariables = new Dictionary<string, string?> { ["HYBRID_WRITE_CONFORMANCE"] = "1" },
        });
        if (code != 0)
            throw new CakeException(code, "The conformance run failed.");
    });

// ---- Lint and format ---------------------------------------------------------------------------------------------

/// What is checked in no time, and therefore by Test too.
List<string> QuickLint()
{
    var complaints = new List<string>();
    foreach (var file in Tracked("*.cs", "*.rs", "*.cake", "*.sh", "*.js", "*.mjs", "*.ts", "*.sql", "*.css", "*.html"))
    {
        if (file.EndsWith(".g.cs", StringComparison.Ordinal))
            continue;
        var length = System.IO.File.ReadLines(file).Count();
        if (length > LongestSourceFile)
            complaints.Add($"{file} has {length} lines; {LongestSourceFile} are the most. One idea per file: split it.");
    }
    var solution = System.IO.File.ReadAllText(Solution).Replace('\\', '/');
    complaints.AddRange(Tracked("*.csproj")
        .Where(project => !solution.Contains($"\"{project}\"", StringComparison.Ordinal))
        .Select(project => $"{project} is not in {Solution}: dotnet sln {Solution} add {project}"));
    return complaints;
}

Task("Lint")
    .Description("rustfmt, clippy, dotnet format and the file-size rule; changes nothing.")
    .Does(() =>
    {
        var complaints = QuickLint();
        void Check(string what, Action check)
        {
            try
            {
                check();
            }
            catch (CakeException error)
            {
                complaints.Add($"{what}: {error.Message}");
            }
        }
        Check("rustfmt", () => Execute("native/build.sh", Words("fmt-check")));
        Check("clippy", () => Execute("native/build.sh", Words("clippy")));
        Check("dotnet format", () => Execute("dotnet", Words("format", Solution, "--verify-no-changes")));
        foreach (var complaint in complaints)
            Error(complaint);
        if (complaints.Count > 0)
            throw new CakeException($"{complaints.Count} lint failures.");
    });

Task("Format")
    .Description("Formats Rust and C# in place.")
    .Does(() =>
    {
        Execute("native/build.sh", Words("fmt"));
        Execute("dotnet", Words("format", Solution));
    });

// ---- Bench, bindings, publish ------------------------------------------------------------------------------------

Task("Bench")
    .Description("Runs the benches of the native core and the projects of bench/ (--project=NAME for one); reports go to artifacts/bench.")
    .IsDependentOn("Build")
    .Does(() =>
    {
        var only = Argument("project", "");
        EnsureDirectoryExists("artifacts/bench");
        if (only is "" or NativeBench)
            Execute("native/build.sh", Words("bench", "-p", NativeBench));
        var projects = GetFiles("bench/*/*.csproj").Where(file => only == "" || file.GetFilenameWithoutExtension().ToString() == only).ToList();
        if (projects.Count == 0 && only != NativeBench)
            throw new CakeException(only == "" ? "bench/ has no project." : $"bench/ has no project {only}.");
        foreach (var project in projects)
            Execute("dotnet", Words("run", "--no-build", "--configuration", configuration, "--project", project.FullPath), "artifacts/bench");
    });

Task("Bindings")
    .Description("Generates the P/Invoke methods anew from native/hybrid-ffi; their diff is the ABI diff.")
    .Does(() => Execute("bindings/generator/generate.sh", Words()));

Task("Publish")
    .Description("Packs a self-contained server and the Vodozemac.NET package into artifacts/publish.")
    .IsDependentOn("Build")
    .Does(() =>
    {
        var architecture = System.Runtime.InteropServices.RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant();
        var rid = $"linux-{architecture}";
        var version = XDocument.Load("Directory.Build.props").Descendants("Version").Single().Value;
        var name = $"hybrid-{version}-{rid}";
        var staging = $"artifacts/publish/{name}";
        CleanDirectory("artifacts/publish");
        DotNetPublish(Server, new DotNetPublishSettings
        {
            Configuration = configuration,
            Runtime = rid,
            SelfContained = true,
            NoLogo = true,
            OutputDirectory = staging,
            Verbosity = DotNetVerbosity.Minimal,
        });
        CopyFiles(GetFiles("./LICENSE").Concat(GetFiles("./README.md")).Concat(GetFiles("./CHANGELOG.md")), staging);
        Execute("tar", Words("-czf", $"{name}.tar.gz", name), "artifacts/publish");
        DeleteDirectory(staging, new DeleteDirectorySettings { Recursive = true });
        DotNetPack("bindings/Vodozemac.NET/Vodozemac.NET.csproj", new DotNetPackSettings
        {
            Configuration = configuration,
            NoBuild = true,
            NoLogo = true,
            OutputDirectory = "artifacts/publish",
        });
    });

RunTarget(target);
