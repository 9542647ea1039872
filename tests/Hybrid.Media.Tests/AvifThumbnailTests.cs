using Hybrid.Media.Thumbnails;
using Hybrid.Native.Avif;
using SkiaSharp;
using Xunit;

namespace Hybrid.Media.Tests;

/// <summary>Thumbnails of real AVIF files, by the system's libavif.</summary>
public sealed class AvifThumbnailTests : IAsyncLifetime
{
    MediaServer _server = null!;

    public async Task InitializeAsync() => _server = await MediaServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [InlineData("still", 320, 160)]
    [InlineData("turned", 120, 240)]
    public async Task A_still_image_is_brought_to_size_and_upright(string name, int width, int height)
    {
        var media = await _server.UploadAsync(TestImages.Avif(name), "image/avif");

        using var response = await GetAsync(media, "width=320&height=240");

        Assert.Equal("image/jpeg", response.Content.Headers.ContentType!.ToString());
        using var bitmap = SKBitmap.Decode(await response.Content.ReadAsByteArrayAsync());
        Assert.Equal((width, height), (bitmap.Width, bitmap.Height));
        // A quarter turn against the clock brings the right half, the blue one, to the top.
        var (red, blue) = name == "still"
            ? (bitmap.GetPixel(40, height / 2), bitmap.GetPixel(width - 40, height / 2))
            : (bitmap.GetPixel(width / 2, height - 40), bitmap.GetPixel(width / 2, 40));
        Assert.True(red is { Red: > 200, Blue: < 60 }, $"{red}");
        Assert.True(blue is { Red: < 60, Blue: > 200 }, $"{blue}");
    }

    [Fact]
    public async Task A_transparent_image_stays_transparent()
    {
        var media = await _server.UploadAsync(TestImages.Avif("transparent"), "image/avif");

        using var response = await GetAsync(media, "width=96&height=96&method=crop");

        Assert.Equal("image/png", response.Content.Headers.ContentType!.ToString());
        using var bitmap = SKBitmap.Decode(await response.Content.ReadAsByteArrayAsync());
        Assert.True(bitmap.GetPixel(20, 48) is { Red: > 200, Alpha: > 250 }, $"{bitmap.GetPixel(20, 48)}");
        Assert.True(bitmap.GetPixel(80, 48) is { Blue: > 200, Alpha: > 100 and < 150 }, $"{bitmap.GetPixel(80, 48)}");
    }

    [Fact]
    public async Task A_moving_image_is_brought_to_size_frame_by_frame()
    {
        var media = await _server.UploadAsync(TestImages.Avif("moving"), "image/avif");

        // The pictures are so plain that drawing them again does not make every size smaller.
        using var moving = await GetAsync(media, "width=32&height=32&method=crop&animated=true");
        using var still = await GetAsync(media, "width=320&height=240");

        Assert.Equal("image/webp", moving.Content.Headers.ContentType!.ToString());
        using var codec = SKCodec.Create(new SKMemoryStream(await moving.Content.ReadAsByteArrayAsync()));
        Assert.Equal((32, 32), (codec.Info.Width, codec.Info.Height));
        Assert.Equal([100, 250, 100], codec.FrameInfo.Select(static frame => frame.Duration));
        Assert.Equal("image/png", still.Content.Headers.ContentType!.ToString());
        using var bitmap = SKBitmap.Decode(await still.Content.ReadAsByteArrayAsync());
        Assert.True(bitmap.GetPixel(100, 50) is { Red: > 200, Blue: < 60 }, $"{bitmap.GetPixel(100, 50)}");
    }

    [Fact]
    public async Task A_small_image_is_its_own_thumbnail_and_says_its_real_type()
    {
        var media = await _server.UploadAsync(TestImages.Avif("still"), "application/octet-stream");

        using var response = await GetAsync(media, "width=700&height=400");

        Assert.Equal("image/avif", response.Content.Headers.ContentType!.ToString());
        Assert.Equal(TestImages.Avif("still"), await response.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData("still")]
    [InlineData("moving")]
    [InlineData("transparent")]
    public async Task A_damaged_file_does_no_harm(string name)
    {
        var image = TestImages.Avif(name);
        for (var at = 40; at < image.Length; at += 31)
        {
            byte[] damaged = [.. image];
            damaged[at] ^= 0x55;
            await AskAsync(damaged);
        }

        for (var length = 20; length < image.Length; length += 97)
            await AskAsync(image[..length]);

        async Task AskAsync(byte[] file)
        {
            var media = await _server.UploadAsync(file, "image/avif");
            using var still = await GetAsync(media, "width=32&height=32");
            using var moving = await GetAsync(media, "width=32&height=32&animated=true");
            Assert.True((int)still.StatusCode is 200 or 400 or 413, $"{still.StatusCode}");
            Assert.True((int)moving.StatusCode is 200 or 400 or 413, $"{moving.StatusCode}");
        }
    }

    [Fact]
    public void What_goes_beyond_the_limits_is_not_opened()
    {
        var path = Path.Combine(_server.Folder, "moving.avif");
        File.WriteAllBytes(path, TestImages.Avif("moving"));

        using (var within = AvifDecoder.Open(path, new AvifLimits(500 * 250, 3)))
            Assert.Equal((500, 250, 3, true), (within!.Width, within.Height, within.ImageCount, within.HasAlpha));
        Assert.Null(AvifDecoder.Open(path, new AvifLimits((500 * 250) - 1, 3)));
        Assert.Null(AvifDecoder.Open(path, new AvifLimits(500 * 250, 2)));
        Assert.Null(AvifDecoder.Open(path + ".none", new AvifLimits(500 * 250, 3)));
        Assert.Null(AvifRenderer.RenderAnimation(path, new ThumbnailSize(32, 32, ThumbnailMethod.Crop), 1000));
    }

    [Fact]
    public void Images_are_read_one_after_the_other_to_the_last()
    {
        var path = Path.Combine(_server.Folder, "moving.avif");
        File.WriteAllBytes(path, TestImages.Avif("moving"));
        using var decoder = AvifDecoder.Open(path, new AvifLimits(500 * 250, 3))!;
        var pixels = new byte[500 * 250 * 4];

        Assert.Throws<ArgumentException>(() => decoder.TryReadNext(pixels.AsSpan(1)));
        for (var image = 0; image < 3; image++)
        {
            Assert.True(decoder.TryReadNext(pixels));
            Assert.Equal(image == 1 ? 250 : 100, (int)Math.Round(decoder.ImageDuration.TotalMilliseconds));
            Assert.True(pixels[image switch { 0 => 0, 1 => 2, _ => 1 }] > 200);
        }

        Assert.False(decoder.TryReadNext(pixels));
    }

    Task<HttpResponseMessage> GetAsync(string media, string query) => _server.GetAsync($"/_matrix/client/v1/media/thumbnail/{media}?{query}");
}
