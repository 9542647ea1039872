using Hybrid.Accounts.Profiles;
using Hybrid.Federation.Discovery;
using Hybrid.Federation.Events;
using Hybrid.Federation.Inbound;
using Hybrid.Federation.Joins;
using Hybrid.Federation.Keys;
using Hybrid.Federation.PolicyServers;
using Hybrid.Federation.Reading;
using Hybrid.Federation.Remote;
using Hybrid.Federation.Requests;
using Hybrid.Media.Remote;
using Hybrid.Rooms.Aliases;
using Hybrid.Rooms.Directory;
using Hybrid.Rooms.Membership;
using Hybrid.Rooms.PolicyServers;
using Hybrid.Rooms.Timeline;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.Federation;

/// <summary>How other servers are asked, and their keys. The composition adds <see cref="Rooms.ServerIdentity"/>, <see cref="PolicyServerOptions"/> and the stores.</summary>
public static class FederationServices
{
    public static IServiceCollection AddFederation(this IServiceCollection services, FederationOptions options) => services
        .AddSingleton(options)
        .AddSingleton<NameLookup>()
        .AddSingleton<FederationHttp>()
        .AddSingleton<WellKnownLookup>()
        .AddSingleton<ServerResolver>()
        .AddSingleton<ClockSkew>()
        .AddSingleton<IDestinationHealth, DestinationHealth>()
        .AddSingleton<IFederationClient, FederationClient>()
        .AddSingleton<OwnServerKeys>()
        .AddSingleton<ServerKeyFetcher>()
        .AddSingleton<ServerKeyRing>()
        .AddSingleton<IServerKeys>(static provider => provider.GetRequiredService<ServerKeyRing>())
        .AddSingleton<ServerKeyNotary>()
        .AddPolicyServers()
        .AddReceiving()
        .AddJoins()
        .AddReading()
        .AddRemote();

    static IServiceCollection AddPolicyServers(this IServiceCollection services) => services
        .AddSingleton<OwnPolicyServer>()
        .AddSingleton<IPolicyServers, PolicySignatures>()
        .AddSingleton(static provider => new Lazy<IPolicyServers>(provider.GetRequiredService<IPolicyServers>))
        .AddSingleton<ReviewedReception>();

    static IServiceCollection AddReceiving(this IServiceCollection services) => services
        .AddSingleton(new AncestryLimits())
        .AddSingleton(new InboundOptions())
        .AddSingleton<EventVerifier>()
        .AddSingleton<RemoteEvents>()
        .AddSingleton<Ancestry>()
        .AddSingleton<AuthChains>()
        .AddSingleton<IRoomHistory, Backfill>()
        .AddSingleton<DummyEvents>()
        .AddSingleton<WithdrawnMemberships>()
        .AddSingleton<InboundReception>()
        .AddSingleton<RoomLanes>()
        .AddHostedService(static provider => provider.GetRequiredService<RoomLanes>())
        .AddSingleton<TransactionIntake>();

    static IServiceCollection AddJoins(this IServiceCollection services) => services
        .AddSingleton<JoinsUnderWay>()
        .AddSingleton<AnswerFolder>()
        .AddSingleton<MembershipServing>()
        .AddSingleton<JoinAnswers>()
        .AddSingleton<InvitationIntake>()
        .AddSingleton<RemoteInvitations>()
        .AddSingleton<ThirdPartyExchange>()
        .AddSingleton<MemberTemplates>()
        .AddSingleton<PartialRooms>()
        .AddHostedService(static provider => provider.GetRequiredService<PartialRooms>())
        .AddSingleton<RemoteJoins>()
        .AddSingleton<IRemoteMembership, RemoteMembership>();

    static IServiceCollection AddReading(this IServiceCollection services) => services
        .AddSingleton<RoomReads>()
        .AddSingleton<ServerVisibility>()
        .AddSingleton<GraphReads>()
        .AddSingleton<StateReads>();

    static IServiceCollection AddRemote(this IServiceCollection services) => services
        .AddSingleton<PeerQuestions>()
        .AddSingleton<IRemoteProfiles, RemoteProfiles>()
        .AddSingleton<IRemoteAliases, RemoteAliases>()
        .AddSingleton<IRemoteDirectory, RemoteDirectory>()
        .AddSingleton<IRemoteSpaces, RemoteSpaces>()
        .AddSingleton<IRemoteTimestamps, RemoteTimestamps>()
        .AddSingleton<IRemoteMediaSource, RemoteMedia>();
}
