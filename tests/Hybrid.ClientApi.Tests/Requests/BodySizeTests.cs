using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Hybrid.ClientApi.Tests.Hosting;
using Xunit;

namespace Hybrid.ClientApi.Tests.Requests;

/// <summary>How much a request may carry: uploads as much as the operator says, beyond what Kestrel allows by itself, and the rest little.</summary>
public sealed class BodySizeTests
{
    const long MiB = 1 << 20;
    const long Limit = 33 * MiB;

    [Fact]
    public async Task Uploads_may_be_as_large_as_configured_and_no_larger()
    {
        await using var server = await TestServer.StartAsync(settings => settings with { MaxUploadSize = Limit });
        var alice = await server.RegisterAsync();
        Assert.Equal(Limit, (long?)(await alice.GetAsync("/_matrix/client/v1/media/config")).Ok["m.upload.size"]);

        foreach (var announced in (bool[])[true, false])
        {
            Assert.Equal((200, null), await UploadAsync(server, alice, HttpMethod.Post, "/_matrix/media/v3/upload", Limit, announced));
            Assert.Equal((413, "M_TOO_LARGE"), await UploadAsync(server, alice, HttpMethod.Post, "/_matrix/media/v3/upload", Limit + 1, announced));
        }

        var created = ((string)(await alice.PostAsync("/_matrix/media/v1/create")).Ok["content_uri"]!)["mxc://".Length..];
        Assert.Equal((413, "M_TOO_LARGE"), await UploadAsync(server, alice, HttpMethod.Put, $"/_matrix/media/v3/upload/{created}", Limit + 1, true));
        Assert.Equal((200, null), await UploadAsync(server, alice, HttpMethod.Put, $"/_matrix/media/v3/upload/{created}", Limit, true));
    }

    [Fact]
    public async Task Other_requests_carry_little_whatever_uploads_may()
    {
        await using var server = await TestServer.StartAsync(settings => settings with { MaxUploadSize = Limit });
        var alice = await server.RegisterAsync();

        foreach (var announced in (bool[])[true, false])
        {
            Assert.Equal((413, "M_TOO_LARGE"), await UploadAsync(server, alice, HttpMethod.Post, "/_matrix/client/v3/createRoom", 2 * MiB, announced));
            Assert.Equal((413, "M_TOO_LARGE"), await UploadAsync(server, alice, HttpMethod.Post, "/_matrix/client/v3/login", 65 * 1024, announced));
            Assert.Equal((400, "M_NOT_JSON"), await UploadAsync(server, alice, HttpMethod.Post, "/_matrix/client/v3/createRoom", 64 * 1024, announced));
        }
    }

    static async Task<(int Status, string? Code)> UploadAsync(
        TestServer server, TestUser user, HttpMethod method, string path, long length, bool announced)
    {
        using var request = new HttpRequestMessage(method, path) { Content = new Zeros(length, announced), Version = HttpVersion.Version11 };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", user.AccessToken);
        // The server refuses what is announced as too large unread: a client that has sent it already could miss the answer.
        request.Headers.ExpectContinue = announced;
        using var response = await server.Http.SendAsync(request);
        return ((int)response.StatusCode, (string?)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["errcode"]);
    }

    /// <summary>Zeros made while they are sent, with their length announced or in chunks.</summary>
    sealed class Zeros(long length, bool announced) : HttpContent
    {
        static readonly byte[] Block = new byte[64 * 1024];

        protected override bool TryComputeLength(out long computed)
        {
            computed = length;
            return announced;
        }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            for (var left = length; left > 0; left -= Block.Length)
                await stream.WriteAsync(Block.AsMemory(0, (int)Math.Min(left, Block.Length)));
        }
    }
}
