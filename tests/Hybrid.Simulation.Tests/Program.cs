using System.Globalization;

namespace Hybrid.Simulation.Tests;

/// <summary>
/// Runs seeds without a test runner, each as it comes: <c>dotnet run -c Release --project tests/Hybrid.Simulation.Tests -- FIRST COUNT</c>. Each line is a
/// seed, its digest, and what does not hold. Two processes must write the same: what depends on hash codes differs between them.
/// </summary>
static class Program
{
    static int Main(string[] args)
    {
        var (first, count) = (int.Parse(args[0], CultureInfo.InvariantCulture), int.Parse(args[1], CultureInfo.InvariantCulture));
        var failed = 0;
        for (var seed = first; seed < first + count; seed++)
        {
            var result = Simulation.Run(seed);
            Console.WriteLine($"{seed} {result.Digest}{(result.Estranged.Count > 0 ? " estranged" : "")}{string.Concat(result.Problems.Select(static problem => "\n  " + problem))}");
            failed += result.Problems.Count > 0 ? 1 : 0;
        }

        return failed > 0 ? 1 : 0;
    }
}
