using System.Net;
using Hybrid.ClientApi.Tests.Hosting;
using Xunit;

namespace Hybrid.ClientApi.Tests.Requests;

/// <summary>What browsers are told (specification, "Web Browser Clients").</summary>
public sealed class CrossOriginTests(TestServer server) : IClassFixture<TestServer>
{
    [Theory]
    [InlineData("/_matrix/client/v3/login")]
    [InlineData("/_matrix/client/v3/sync")]
    [InlineData("/_matrix/client/v3/nothing")]
    [InlineData("/_matrix/client/r0/login")]
    [InlineData("/_matrix/media/v3/upload")]
    [InlineData("/.well-known/matrix/client")]
    public async Task A_preflight_request_gets_the_headers_and_does_nothing(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, path);
        using var response = await server.Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        AssertHeaders(response);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData("/_matrix/client/versions", HttpStatusCode.OK)]
    [InlineData("/_matrix/client/v3/sync", HttpStatusCode.Unauthorized)]
    [InlineData("/_matrix/client/v3/nothing", HttpStatusCode.NotFound)]
    [InlineData("/_matrix/client/v3/logout", HttpStatusCode.MethodNotAllowed)]
    public async Task Answers_and_errors_have_the_headers(string path, HttpStatusCode status)
    {
        using var response = await server.Http.GetAsync(path);

        Assert.Equal(status, response.StatusCode);
        AssertHeaders(response);
    }

    static void AssertHeaders(HttpResponseMessage response)
    {
        Assert.Equal(["*"], response.Headers.GetValues("Access-Control-Allow-Origin"));
        Assert.Equal("GET, POST, PUT, DELETE, OPTIONS", string.Join(", ", response.Headers.GetValues("Access-Control-Allow-Methods")));
        Assert.Equal("X-Requested-With, Content-Type, Authorization", string.Join(", ", response.Headers.GetValues("Access-Control-Allow-Headers")));
    }
}
