using Hybrid.Conformance.Tests.Running;

namespace Hybrid.Conformance.Tests.Chapters;

/// <summary>Every chapter's examples.</summary>
static class AllChapters
{
    public static Examples Examples() => new Examples()
        .AddAccounts()
        .AddAdministration()
        .AddApplicationServices()
        .AddDevices()
        .AddEncryption()
        .AddKeyBackup()
        .AddMedia()
        .AddMembership()
        .AddOldSync()
        .AddPush()
        .AddRoomDirectory()
        .AddRooms()
        .AddSearching()
        .AddSessions()
        .AddThirdPartyIdentifiers()
        .AddUserData();
}
