using Hybrid.Conformance.Tests.Peers;
using Hybrid.Conformance.Tests.Running;
using Xunit;

namespace Hybrid.Conformance.Tests;

/// <summary>The server against the specification. To write the page anew: <c>HYBRID_WRITE_CONFORMANCE=1 dotnet test</c>, or the build's target.</summary>
public sealed class ConformanceTests(ConformanceRun run, PeerRun peers) : IClassFixture<ConformanceRun>, IClassFixture<PeerRun>
{
    [Fact]
    public void The_page_says_what_the_run_says()
    {
        var (page, file) = (ConformancePage.Render(run, peers), ConformancePage.File!);
        if (Environment.GetEnvironmentVariable("HYBRID_WRITE_CONFORMANCE") == "1")
            File.WriteAllText(file, page);

        Assert.Equal(File.ReadAllText(file), page);
    }

    [Fact]
    public void Every_operation_has_an_example_and_every_example_an_operation()
    {
        var known = run.Table.Operations.Select(static operation => operation.Id).ToHashSet();

        Assert.Empty(known.Except(run.Examples.Operations));
        Assert.Empty(run.Examples.Operations.Except(known));
    }

    [Fact]
    public void No_version_is_advertised_of_which_an_operation_is_red()
    {
        Assert.NotEmpty(run.Advertised);
        Assert.Empty(run.Advertised.Except(Versions.Green(run)));
    }
}
