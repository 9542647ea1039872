using System.Text.Json.Nodes;

namespace Hybrid.Keys.Tests;

/// <summary>The three cross-signing keys of a user.</summary>
sealed class CrossSigningSet(TestDevice owner, TestKey? master = null)
{
    public TestKey Master { get; } = master ?? new TestKey();

    public TestKey SelfSigning { get; } = new();

    public TestKey UserSigning { get; } = new();

    public JsonObject MasterJson => Json("master", Master);

    public JsonObject SelfSigningJson => Master.Sign(Json("self_signing", SelfSigning), owner.User);

    public JsonObject UserSigningJson => Master.Sign(Json("user_signing", UserSigning), owner.User);

    public JsonObject Body => new()
    {
        ["master_key"] = MasterJson,
        ["self_signing_key"] = SelfSigningJson,
        ["user_signing_key"] = UserSigningJson,
    };

    public async Task<CrossSigningSet> UploadedAsync()
    {
        Assert.Equal(200, (await owner.PostAsync("keys/device_signing/upload", Body)).Status);
        return this;
    }

    JsonObject Json(string usage, TestKey key) => new()
    {
        ["user_id"] = owner.User,
        ["usage"] = new JsonArray(usage),
        ["keys"] = new JsonObject { [$"ed25519:{key.Public}"] = key.Public },
    };
}
