using Hybrid.Conformance.Tests.Running;

namespace Hybrid.Conformance.Tests.Chapters;

/// <summary>Backups of message keys.</summary>
static class KeyBackup
{
    const string Version = """{"algorithm":"m.megolm_backup.v1.curve25519-aes-sha2","auth_data":{"public_key":"abc"}}""";
    const string Room = $$$"""{"sessions":{"session":{{{Story.BackedUpSession}}}}}""";

    public static Examples AddKeyBackup(this Examples examples) => examples
        .Add("getRoomKeysVersionCurrent")
        .Add("getRoomKeysVersionCurrent", static async story => new Call { As = await story.UserAsync(), Status = 404 })
        .Add("getRoomKeysVersion")
        .Add("getRoomKeysVersion", static _ => new Call { Path = [("version", "999")], Status = 404 })
        .Add("putRoomKeysVersion", static _ => new Call { Body = Version })
        .Add("putRoomKeysVersion", static _ => new Call { Path = [("version", "999")], Body = Version, Status = 404 })
        .Add("postRoomKeysVersion", static async story => new Call { As = await story.UserAsync(), Body = Version })
        .Add("deleteRoomKeysVersion", static async story =>
        {
            var version = await story.BackupAsync();
            await story.BackupAsync();
            return new Call { Path = [("version", version)] };
        })
        .Add("getRoomKeys", InBackup)
        .Add("getRoomKeys", static _ => new Call { Query = "version=999", Status = 404 })
        .Add("getRoomKeysByRoomId", InBackup)
        .Add("getRoomKeyBySessionId", InBackup)
        .Add("getRoomKeyBySessionId", static story => InBackup(story) with { Path = [("sessionId", "none")], Status = 404 })
        .Add("putRoomKeys", static story => InBackup(story) with { Body = $$$"""{"rooms":{"{{{story.Room}}}":{{{Room}}}}}""" })
        .Add("putRoomKeys", static _ => new Call { Query = "version=999", Body = """{"rooms":{}}""", Status = 404 })
        .Add("putRoomKeysByRoomId", static story => InBackup(story) with { Body = Room })
        .Add("putRoomKeyBySessionId", static story => InBackup(story) with { Body = Story.BackedUpSession })
        .Add("deleteRoomKeys", InNewBackup)
        .Add("deleteRoomKeysByRoomId", InNewBackup)
        .Add("deleteRoomKeyBySessionId", InNewBackup);

    static Call InBackup(Story story) => new() { Query = "version=" + story.Backup };

    static async Task<Call> InNewBackup(Story story) => new() { Query = "version=" + await story.BackupAsync() };
}
