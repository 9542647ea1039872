using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Hybrid.Media.Previews;
using Hybrid.Storage.Media;
using Microsoft.AspNetCore.Http;
using SkiaSharp;
using Xunit;

namespace Hybrid.Media.Tests.Previews;

public sealed class UrlPreviewTests : IAsyncLifetime
{
    MediaServer _server = null!;
    TestSite _site = null!;

    public async Task InitializeAsync()
    {
        _server = await MediaServer.StartAsync();
        _site = await TestSite.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        await _site.DisposeAsync();
    }

    [Theory]
    [InlineData("/_matrix/client/v1/media/preview_url")]
    [InlineData("/_matrix/media/v3/preview_url")]
    public async Task OpenGraph_properties_are_told_and_the_image_is_kept_here(string endpoint)
    {
        var image = TestImages.Encode(40, 20, SKEncodedImageFormat.Png);
        _site.Put("/pictures/a.png", image, "image/png");
        _site.Put("/articles/1", """
            <html prefix="og: https://ogp.me/ns#"><head><title>Not this</title>
            <meta property="og:title" content="A &amp; B"><meta property="og:description" content="What it is about">
            <meta property="og:site_name" content="The Site"><meta property="og:image" content="../pictures/a.png">
            <meta property="og:image:width" content="9999"><meta property="article:author" content="Someone">
            </head><body>text</body></html>
            """);

        var preview = await PreviewAsync("/articles/1#part", endpoint);

        Assert.Equal("A & B", (string?)preview["og:title"]);
        Assert.Equal("What it is about", (string?)preview["og:description"]);
        Assert.Equal("The Site", (string?)preview["og:site_name"]);
        Assert.Equal("Someone", (string?)preview["article:author"]);
        Assert.Equal((40, 20, "image/png"), ((int)preview["og:image:width"]!, (int)preview["og:image:height"]!, (string?)preview["og:image:type"]));
        Assert.Equal(image.Length, (int)preview["matrix:image:size"]!);
        var media = ((string)preview["og:image"]!)["mxc://".Length..];
        using var download = await _server.GetAsync($"/_matrix/client/v1/media/download/{media}");
        Assert.Equal(image, await download.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task A_page_without_properties_is_described_by_what_is_on_it()
    {
        _site.Put("/small.png", TestImages.Encode(5, 5, SKEncodedImageFormat.Png), "image/png");
        _site.Put("/large.png", TestImages.Encode(50, 50, SKEncodedImageFormat.Png), "image/png");
        _site.Put("/plain", """
            <html><head><title> A   plain
            page </title><style>p { color: red }</style></head><body><nav>Menu</nav><header>Head</header>
            <h1>Heading</h1><p>First <b>words</b>.</p><script>alert(1)</script><p>Second.</p>
            <img src="small.png" width="11" height="11"><img src="/large.png" width="50" height="50"><footer>Foot</footer></body></html>
            """);

        var preview = await PreviewAsync("/plain");

        Assert.Equal("A plain page", (string?)preview["og:title"]);
        Assert.Equal("Heading\nFirst words.\nSecond.", (string?)preview["og:description"]);
        Assert.Equal(50, (int)preview["og:image:width"]!);
    }

    [Fact]
    public async Task Twitter_cards_and_meta_descriptions_stand_in()
    {
        _site.Put("/card", """
            <head><meta name="twitter:title" content="Card"><meta name="twitter:site" content="@site"><meta name="Description" content="Meta"></head>
            """);

        var preview = await PreviewAsync("/card");

        Assert.Equal(("Card", "@site", "Meta"), ((string?)preview["og:title"], (string?)preview["og:site_name"], (string?)preview["og:description"]));
        Assert.Null(preview["og:image"]);
    }

    [Fact]
    public async Task A_long_text_is_cut_at_a_word()
    {
        _site.Put("/long", $"<body><p>{string.Join(' ', Enumerable.Repeat("lorem", 500))}</p></body>");

        var description = (string)(await PreviewAsync("/long"))["og:description"]!;

        Assert.InRange(description.Length, 250, 301);
        Assert.EndsWith(" lorem…", description, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("text/html; charset=windows-1251", "windows-1251", "")]
    [InlineData("text/html", "windows-1251", "<meta charset=\"windows-1251\">")]
    [InlineData("text/html", "shift_jis", "<meta http-equiv=Content-Type content='text/html; charset=Shift_JIS'>")]
    [InlineData("text/html; charset=utf-8", "utf-8", "")]
    [InlineData("text/html", "utf-8", "")]
    [InlineData("text/html; charset=nonsense", "utf-8", "")]
    public async Task The_charset_is_found_out(string contentType, string encoding, string claim)
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        var title = encoding == "shift_jis" ? "日本語" : "Привет";
        _site.Put("/charset", Encoding.GetEncoding(encoding).GetBytes($"<html><head>{claim}<title>{title}</title></head></html>"), contentType);

        Assert.Equal(title, (string?)(await PreviewAsync("/charset"))["og:title"]);
    }

    [Fact]
    public async Task OEmbed_that_a_page_offers_fills_in_what_the_page_leaves_out()
    {
        _site.Put("/photo.jpg", TestImages.Encode(30, 30, SKEncodedImageFormat.Jpeg), "image/jpeg");
        _site.Put("/oembed", $$"""{"version":"1.0","type":"photo","title":"Tom &amp; Jerry","provider_name":"Photos","url":"{{_site.Url}}/photo.jpg"}""", "application/json");
        _site.Put("/embedded", """
            <head><meta property="og:description" content="Own words"><link rel="alternate" type="application/json+oembed" href="/oembed?x=1"></head>
            """);

        var preview = await PreviewAsync("/embedded");

        Assert.Equal("Own words", (string?)preview["og:description"]);
        Assert.Equal("Tom & Jerry", (string?)preview["og:title"]);
        Assert.Equal("Photos", (string?)preview["og:site_name"]);
        Assert.Equal(30, (int)preview["og:image:width"]!);
    }

    [Fact]
    public async Task A_link_to_an_image_is_previewed_by_the_image()
    {
        _site.Put("/a.gif", Convert.FromBase64String("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"), "image/gif");

        var preview = await PreviewAsync("/a.gif");

        Assert.StartsWith("mxc://media.test/", (string?)preview["og:image"], StringComparison.Ordinal);
        Assert.Equal("image/gif", (string?)preview["og:image:type"]);
    }

    [Fact]
    public async Task What_is_no_page_has_an_empty_preview()
    {
        _site.Put("/a.zip", [1, 2, 3], "application/zip");
        _site.Put("/svg", "<body><img src='/x.svg'></body>");
        _site.Put("/x.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml");

        Assert.Empty(await PreviewAsync("/a.zip"));
        Assert.Empty(await PreviewAsync("/svg"));
    }

    [Fact]
    public async Task Redirects_are_followed_a_few_times()
    {
        for (var i = 1; i <= 6; i++)
        {
            var target = i == 1 ? "/end" : $"/r{i - 1}";
            _site.Put($"/r{i}", context =>
            {
                context.Response.Redirect(target);
                return Task.CompletedTask;
            });
        }

        _site.Put("/end", "<title>The end</title>");

        Assert.Equal("The end", (string?)(await PreviewAsync("/r5"))["og:title"]);
        await AssertUnreadableAsync("/r6");
    }

    [Theory]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp://127.0.0.1/")]
    [InlineData("http://user:password@127.0.0.1/")]
    public async Task Redirects_to_other_schemes_are_not_followed(string target)
    {
        _site.Put("/away", context =>
        {
            context.Response.Redirect(target);
            return Task.CompletedTask;
        });

        await AssertUnreadableAsync("/away");
    }

    [Fact]
    public async Task Private_addresses_are_refused_whatever_names_them()
    {
        _site.Put("/", "<title>Secret</title>");
        await using var strict = await MediaServer.StartAsync(previews: new PreviewOptions());
        var port = new Uri(_site.Url).Port;

        foreach (var host in (string[])["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1"])
        {
            using var response = await strict.GetAsync($"/_matrix/client/v1/media/preview_url?url={Uri.EscapeDataString($"http://{host}:{port}/")}");
            await MediaServer.AssertErrorAsync(502, "M_UNKNOWN", response);
        }

        Assert.Equal(0, _site.Requests);
    }

    [Fact]
    public async Task A_preview_is_made_once_for_an_hour_and_goes_with_its_image_after_a_week()
    {
        _site.Put("/i.png", TestImages.Encode(20, 20, SKEncodedImageFormat.Png), "image/png");
        _site.Put("/cached", "<title>One</title><meta property=\"og:image\" content=\"/i.png\">");
        var first = await PreviewAsync("/cached");
        _site.Put("/cached", "<title>Two</title>");

        Assert.Equal(first.ToJsonString(), (await PreviewAsync("/cached")).ToJsonString());
        _server.Time.Advance(TimeSpan.FromHours(2));
        Assert.Equal("Two", (string?)(await PreviewAsync("/cached"))["og:title"]);

        var media = ((string)first["og:image"]!)["mxc://".Length..];
        _server.Time.Advance(TimeSpan.FromDays(6));
        await _server.Service<PreviewSweep>().SweepAsync(default);
        using var kept = await _server.GetAsync($"/_matrix/client/v1/media/download/{media}");
        Assert.Equal(HttpStatusCode.OK, kept.StatusCode);
        _server.Time.Advance(TimeSpan.FromDays(2));
        await _server.Service<PreviewSweep>().SweepAsync(default);
        using var gone = await _server.GetAsync($"/_matrix/client/v1/media/download/{media}");
        await MediaServer.AssertErrorAsync(404, "M_NOT_FOUND", gone);
        Assert.Null(await _server.Service<IUrlPreviewStore>().FindAsync($"{_site.Url}/cached", 0, default));
    }

    [Fact]
    public async Task A_page_that_many_ask_for_at_once_is_fetched_once()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _site.Put("/slow", async context =>
        {
            asked.TrySetResult();
            await release.Task;
            await context.Response.WriteAsync("<title>Slow</title>");
        });
        var first = PreviewAsync("/slow");
        await asked.Task;
        var others = Enumerable.Range(0, 5).Select(_ => PreviewAsync("/slow")).ToList();
        release.SetResult();

        foreach (var preview in await Task.WhenAll([first, .. others]))
            Assert.Equal("Slow", (string?)preview["og:title"]);
        Assert.Equal(1, _site.Requests);
    }

    [Fact]
    public async Task A_page_that_never_ends_is_read_to_its_bound_and_one_that_hangs_is_given_up()
    {
        await using var server = await MediaServer.StartAsync(
            previews: new PreviewOptions { AllowPrivateAddresses = true, MaxPageBytes = 64 * 1024, MaxImageBytes = 64 * 1024, Timeout = TimeSpan.FromSeconds(2) });
        _site.Put("/endless", async context =>
        {
            context.Response.ContentType = "text/html";
            await context.Response.WriteAsync("<title>Endless</title>");
            var chunk = Encoding.ASCII.GetBytes(new string('x', 16 * 1024));
            while (!context.RequestAborted.IsCancellationRequested)
                await context.Response.Body.WriteAsync(chunk, context.RequestAborted);
        });
        _site.Put("/hangs", context => Task.Delay(Timeout.Infinite, context.RequestAborted));

        using var endless = await server.GetAsync(PathOf("/endless"));
        Assert.Equal("Endless", (string?)JsonNode.Parse(await endless.Content.ReadAsStringAsync())!["og:title"]);
        using var hangs = await server.GetAsync(PathOf("/hangs"));
        await MediaServer.AssertErrorAsync(502, "M_UNKNOWN", hangs);
    }

    [Fact]
    public async Task A_page_that_is_nested_without_end_is_read_as_far_as_it_is_sane()
    {
        _site.Put("/deep", "<title>Deep</title>" + string.Concat(Enumerable.Repeat("<div><b>", 100_000)) + "text");

        Assert.Equal("Deep", (string?)(await PreviewAsync("/deep"))["og:title"]);
    }

    [Fact]
    public async Task Pages_that_cannot_be_read_are_not_tried_again_at_once()
    {
        await AssertUnreadableAsync("/missing");
        _site.Put("/missing", "<title>Found</title>");
        var requests = _site.Requests;
        await AssertUnreadableAsync("/missing");
        Assert.Equal(requests, _site.Requests);

        _server.Time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal("Found", (string?)(await PreviewAsync("/missing"))["og:title"]);
    }

    [Fact]
    public async Task Requests_that_make_no_sense_are_refused()
    {
        const string Endpoint = "/_matrix/client/v1/media/preview_url";
        using var missing = await _server.GetAsync(Endpoint);
        await MediaServer.AssertErrorAsync(400, "M_MISSING_PARAM", missing);
        foreach (var url in (string[])["nonsense", "/relative", "file:///etc/passwd", "http://user@example.org/", $"http://example.org/{new string('a', 2100)}"])
        {
            using var refused = await _server.GetAsync($"{Endpoint}?url={Uri.EscapeDataString(url)}");
            await MediaServer.AssertErrorAsync(400, "M_INVALID_PARAM", refused);
        }

        using var time = await _server.GetAsync($"{Endpoint}?url=http://example.org&ts=x");
        await MediaServer.AssertErrorAsync(400, "M_INVALID_PARAM", time);
        using var anonymous = await _server.GetAsync($"{Endpoint}?url=http://example.org", token: null);
        await MediaServer.AssertErrorAsync(401, "M_MISSING_TOKEN", anonymous);
        await using var off = await MediaServer.StartAsync(previews: new PreviewOptions { Enabled = false });
        using var unknown = await off.GetAsync($"{Endpoint}?url=http://example.org");
        await MediaServer.AssertErrorAsync(404, "M_UNRECOGNIZED", unknown);
    }

    string PathOf(string page, string endpoint = "/_matrix/client/v1/media/preview_url") => $"{endpoint}?url={Uri.EscapeDataString(_site.Url + page)}";

    async Task<JsonObject> PreviewAsync(string page, string endpoint = "/_matrix/client/v1/media/preview_url")
    {
        using var response = await _server.GetAsync(PathOf(page, endpoint));
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.OK, text);
        return JsonNode.Parse(text)!.AsObject();
    }

    async Task AssertUnreadableAsync(string page)
    {
        using var response = await _server.GetAsync(PathOf(page));
        await MediaServer.AssertErrorAsync(502, "M_UNKNOWN", response);
    }
}
