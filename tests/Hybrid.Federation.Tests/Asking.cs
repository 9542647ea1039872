using System.Text.Json.Nodes;
using Hybrid.Federation.Requests;
using Hybrid.Tests.Shared;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.Federation.Tests;

/// <summary>One server asks another.</summary>
static class Asking
{
    /// <summary>The answer; fails the test when there is none.</summary>
    public static async Task<JsonNode> AskAsync(FederatedServer from, FederatedServer to, FederationRequest request)
    {
        var result = await from.Services.GetRequiredService<IFederationClient>().SendAsync(to.Name, request, default);
        Assert.True(result.TryGet(out var answer, out var failure), failure?.ToString());
        return JsonNode.Parse(answer.Body.Span)!;
    }

    /// <summary>The HTTP status of a refusal; fails the test when there is none.</summary>
    public static async Task<int?> RefusalAsync(FederatedServer from, FederatedServer to, FederationRequest request)
    {
        var result = await from.Services.GetRequiredService<IFederationClient>().SendAsync(to.Name, request, default);
        Assert.False(result.TryGet(out _, out var failure));
        return failure!.Status;
    }
}
