namespace Hybrid.Conformance.Tests.Peers;

/// <summary>Every operation's request between servers.</summary>
static class AllPeerExamples
{
    public static PeerExamples Examples() => new PeerExamples()
        .AddEvents()
        .AddMembership()
        .AddThirdPartyInvites()
        .AddQueries();
}
