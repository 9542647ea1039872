using Hybrid.ClientApi.Tests.Hosting;
using Xunit;

namespace Hybrid.ClientApi.Tests.UserDirectory;

public sealed class UserSearchRankingTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task Parts_of_Chinese_names_and_other_forms_of_letters_are_found()
    {
        var alice = await server.RegisterAsync();
        var ming = await MeetAsync(alice, "ming", "王小明");
        var soren = await MeetAsync(alice, "soren", "Søren Łukasz");

        Assert.Equal([ming.UserId.Value], await SearchAsync(alice, "小"));
        Assert.Equal([ming.UserId.Value], await SearchAsync(alice, "明"));
        Assert.Equal([ming.UserId.Value], await SearchAsync(alice, "小明"));
        Assert.Equal([soren.UserId.Value], await SearchAsync(alice, "lukasz sør"));
        Assert.Equal([soren.UserId.Value], await SearchAsync(alice, "ＳＯＲＥＮ"));
    }

    [Fact]
    public async Task Who_is_called_just_that_comes_first_and_who_has_a_name_before_who_has_none()
    {
        var alice = await server.RegisterAsync();
        var unnamed = await MeetAsync(alice, "x_kestrel_a", null);
        var longer = await MeetAsync(alice, "x9", "A Kestrel Fan");
        var begins = await MeetAsync(alice, "kestrels", "Someone");
        var exact = await MeetAsync(alice, "zz", "Késtrel");

        Assert.Equal(
            [exact.UserId.Value, begins.UserId.Value, longer.UserId.Value, unnamed.UserId.Value], await SearchAsync(alice, "kestrel"));
    }

    async Task<TestUser> MeetAsync(TestUser alice, string localpart, string? name)
    {
        var user = await server.RegisterAsync(localpart);
        if (name is not null)
            _ = (await user.PutAsync($"profile/{Uri.EscapeDataString(user.UserId.Value)}/displayname", $$"""{"displayname":"{{name}}"}""")).Ok;
        else
            _ = (await user.DeleteAsync($"profile/{Uri.EscapeDataString(user.UserId.Value)}/displayname")).Ok;
        var room = await alice.CreateRoomAsync($$"""{"invite":["{{user.UserId}}"]}""");
        _ = (await user.InRoomAsync(room, "join")).Ok;
        return user;
    }

    static async Task<string[]> SearchAsync(TestUser user, string term)
    {
        var answer = (await user.PostAsync("user_directory/search", $$"""{"search_term":"{{term}}"}""")).Ok;
        return [.. answer["results"]!.AsArray().Select(static found => (string)found!["user_id"]!)];
    }
}
