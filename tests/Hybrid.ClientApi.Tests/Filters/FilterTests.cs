using Hybrid.ClientApi.Tests.Hosting;
using Xunit;

namespace Hybrid.ClientApi.Tests.Filters;

public sealed class FilterTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task A_filter_comes_back_as_it_was_uploaded()
    {
        var alice = await server.RegisterAsync();
        const string Filter = """{"room":{"timeline":{"limit":7}},"org.example.unknown":true}""";
        var id = (string)(await alice.PostAsync($"user/{alice.UserId}/filter", Filter)).Ok["filter_id"]!;

        Assert.Equal(Filter, (await alice.GetAsync($"user/{alice.UserId}/filter/{id}")).Ok.ToJsonString());
        Assert.Equal(id, (string?)(await alice.PostAsync($"user/{alice.UserId}/filter", Filter)).Ok["filter_id"]);
    }

    [Fact]
    public async Task Filters_that_are_wrong_unknown_or_of_others_are_refused()
    {
        var (alice, bob) = (await server.RegisterAsync(), await server.RegisterAsync());

        (await alice.PostAsync($"user/{alice.UserId}/filter", """{"room":{"timeline":{"types":"m.room.message"}}}""")).ShouldBe(400, "M_BAD_JSON");
        (await alice.PostAsync($"user/{bob.UserId}/filter")).ShouldBe(403, "M_FORBIDDEN");
        (await alice.GetAsync($"user/{alice.UserId}/filter/12345")).ShouldBe(404, "M_NOT_FOUND");
        (await alice.GetAsync($"user/{alice.UserId}/filter/nonsense")).ShouldBe(404, "M_NOT_FOUND");
    }
}
