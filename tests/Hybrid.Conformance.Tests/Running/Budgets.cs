using System.Reflection;
using System.Text.RegularExpressions;

using Hybrid.Conformance.Tests.Table;
using Hybrid.Http;

namespace Hybrid.Conformance.Tests.Running;

/// <summary>Which operations have a budget of requests, as their endpoints say.</summary>
static partial class Budgets
{
    static readonly HashSet<string> Limited = [.. typeof(Hybrid.ClientApi.ClientApi).Assembly.GetTypes()
        .Where(static type => type.IsClass && typeof(IEndpoint).IsAssignableFrom(type))
        .SelectMany(static type => (IReadOnlyList<EndpointRoute>)type.GetProperty(nameof(IEndpoint.Routes), BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!)
        .Where(static route => route.Rate != RateClass.None)
        .Select(static route => Key(route.Method, route.Path))];

    public static bool Has(Operation operation) => Limited.Contains(Key(operation.Method, operation.Path));

    static string Key(string method, string path) => $"{method} {Parameter().Replace(path, "{}")}";

    [GeneratedRegex(@"\{\w+\}")]
    private static partial Regex Parameter();
}
