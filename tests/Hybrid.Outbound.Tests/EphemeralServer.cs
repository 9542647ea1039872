using System.Text.Json;
using Hybrid.Ephemeral.Presence;
using Hybrid.Ephemeral.Receipts;
using Hybrid.Ephemeral.Typing;
using Hybrid.Federation.Inbound.Edus;
using Hybrid.Federation.Outbound;
using Hybrid.Primitives;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.Outbound.Tests;

/// <summary>A <see cref="SendingServer"/> with typing, receipts and presence.</summary>
static class EphemeralServer
{
    public static SendingServer Create() => new(static services => services
        .AddSingleton<TypingTracker>()
        .AddSingleton<ReceiptService>()
        .AddSingleton<PresenceTracker>()
        .AddEphemeralEdus());

    /// <summary>Takes in an EDU of another server.</summary>
    public static async Task TakeAsync(this SendingServer server, string origin, string eduType, string content)
    {
        var handler = server.Get<IEnumerable<IEduHandler>>().Single(candidate => candidate.EduType == eduType);
        using var document = JsonDocument.Parse(content);
        await handler.HandleAsync(ServerName.Parse(origin), document.RootElement, default);
    }

    /// <summary>The content of the only EDU of a transaction without events.</summary>
    public static JsonElement OnlyEdu(this ReceivedTransaction received, string eduType)
    {
        Assert.Empty(received.Pdus);
        var edu = Assert.Single(received.Edus);
        Assert.Equal(eduType, edu.GetProperty("edu_type").GetString());
        return edu.GetProperty("content");
    }
}
