using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Hybrid.ClientApi.Tests.Hosting;
using Xunit;

namespace Hybrid.ClientApi.Tests.Requests;

public sealed class BodyTextTests(TestServer server) : IClassFixture<TestServer>
{
    [Theory]
    [InlineData("user/{0}/account_data/org.example")]
    [InlineData("profile/{0}/org.example")]
    [InlineData("sendToDevice/org.example/t1")]
    public async Task A_body_that_is_not_UTF_8_is_refused_and_kept_nowhere(string path)
    {
        var alice = await server.RegisterAsync();
        byte[] body = [.. """{"org.example":"""u8, .. "\""u8, 0xFF, .. "\"}"u8];

        (await PutAsync(alice, path, body)).ShouldBe(400, "M_NOT_JSON");
        var synced = (await alice.GetAsync("sync")).Ok;
        Assert.DoesNotContain(synced["account_data"]!["events"]!.AsArray(), static entry => (string?)entry!["type"] == "org.example");
    }

    [Theory]
    [InlineData("""{"a":"\ud800"}""")]
    [InlineData("""{"a":["\uDC00\uD800"]}""")]
    [InlineData("""{"\ud800x":1}""")]
    public async Task Half_a_surrogate_pair_is_refused(string body)
    {
        var alice = await server.RegisterAsync();

        (await alice.PutAsync($"user/{alice.UserId}/account_data/org.example", body)).ShouldBe(400, "M_BAD_JSON");
    }

    [Fact]
    public async Task Whole_pairs_and_other_escapes_are_text()
    {
        var alice = await server.RegisterAsync();
        _ = (await alice.PutAsync($"user/{alice.UserId}/account_data/org.example", """{"a":"\ud83d\ude00 \u00e4 \\ud800 \n"}""")).Ok;

        Assert.Equal("😀 ä \\ud800 \n", (string?)(await alice.GetAsync($"user/{alice.UserId}/account_data/org.example")).Ok["a"]);
    }

    async Task<Answer> PutAsync(TestUser user, string path, byte[] body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, "/_matrix/client/v3/" + string.Format(null, path, user.UserId));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", user.AccessToken);
        request.Content = new ByteArrayContent(body);
        using var response = await server.Http.SendAsync(request);
        return new Answer(response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsObject());
    }
}
