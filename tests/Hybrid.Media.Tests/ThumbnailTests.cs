using System.Buffers.Binary;
using SkiaSharp;
using Xunit;

namespace Hybrid.Media.Tests;

public sealed class ThumbnailTests : IAsyncLifetime
{
    MediaServer _server = null!;

    public async Task InitializeAsync() => _server = await MediaServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [InlineData("width=32&height=32&method=crop", 32, 32)]
    [InlineData("width=40&height=40&method=crop", 96, 96)]
    [InlineData("width=320&height=240", 320, 160)]
    [InlineData("width=100&height=100&method=scale", 320, 160)]
    [InlineData("width=321&height=10&method=scale", 640, 320)]
    [InlineData("width=700&height=500&method=scale", 800, 400)]
    // No crop of the list is large enough; the smallest scaled one with both sides is.
    [InlineData("width=200&height=200&method=crop", 640, 320)]
    // Larger than any thumbnail: the image itself.
    [InlineData("width=801&height=100&method=scale", 1000, 500)]
    public async Task The_smallest_sufficient_size_is_served(string query, int width, int height)
    {
        var media = await _server.UploadAsync(TestImages.Encode(1000, 500, SKEncodedImageFormat.Jpeg), "image/jpeg");

        using var bitmap = await FetchAsync(media, query);

        Assert.Equal((width, height), (bitmap.Width, bitmap.Height));
    }

    [Theory]
    [InlineData(SKEncodedImageFormat.Png, "image/png")]
    [InlineData(SKEncodedImageFormat.Jpeg, "image/jpeg")]
    [InlineData(SKEncodedImageFormat.Webp, "image/webp")]
    public async Task A_small_image_is_its_own_thumbnail(SKEncodedImageFormat format, string contentType)
    {
        var image = TestImages.Encode(30, 20, format);
        var media = await _server.UploadAsync(image, "application/octet-stream");

        using var response = await GetAsync(media, "width=64&height=64");

        Assert.Equal(image, await response.Content.ReadAsByteArrayAsync());
        Assert.Equal(contentType, response.Content.Headers.ContentType!.ToString());
        Assert.StartsWith("inline; filename=\"thumbnail.", response.Content.Headers.GetValues("Content-Disposition").Single(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SKEncodedImageFormat.Png)]
    [InlineData(SKEncodedImageFormat.Jpeg)]
    [InlineData(SKEncodedImageFormat.Webp)]
    public async Task Every_format_keeps_its_picture(SKEncodedImageFormat format)
    {
        var media = await _server.UploadAsync(TestImages.Encode(400, 400, format), "image/x");

        using var bitmap = await FetchAsync(media, "width=96&height=96&method=crop");

        AssertNear(SKColors.Red, bitmap.GetPixel(10, 48));
        AssertNear(SKColors.Blue, bitmap.GetPixel(85, 48));
    }

    [Fact]
    public async Task Cropping_keeps_the_middle()
    {
        var media = await _server.UploadAsync(TestImages.Encode(900, 300), "image/png");

        using var bitmap = await FetchAsync(media, "width=96&height=96&method=crop");

        Assert.Equal((96, 96), (bitmap.Width, bitmap.Height));
        AssertNear(SKColors.Red, bitmap.GetPixel(40, 48));
        AssertNear(SKColors.Blue, bitmap.GetPixel(56, 48));
    }

    [Fact]
    public async Task Cropping_never_enlarges()
    {
        var media = await _server.UploadAsync(TestImages.Encode(50, 200), "image/png");

        using var bitmap = await FetchAsync(media, "width=96&height=96&method=crop");

        Assert.Equal((50, 96), (bitmap.Width, bitmap.Height));
    }

    [Fact]
    public async Task Transparency_survives()
    {
        var media = await _server.UploadAsync(TestImages.Encode(400, 400, transparent: true), "image/png");

        using var response = await GetAsync(media, "width=32&height=32&method=crop");
        Assert.Equal("image/png", response.Content.Headers.ContentType!.ToString());
        using var bitmap = SKBitmap.Decode(await response.Content.ReadAsByteArrayAsync());

        Assert.InRange(bitmap.GetPixel(28, 16).Alpha, (byte)120, (byte)136);
    }

    [Fact]
    public async Task A_thumbnail_is_made_once()
    {
        var media = await _server.UploadAsync(TestImages.Encode(400, 400), "image/png");
        var requests = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => GetAsync(media, "width=32&height=32&method=crop")));
        Assert.All(requests, request => Assert.Equal(200, (int)request.StatusCode));

        var file = Assert.Single(Directory.GetFiles(Path.Combine(_server.Folder, "media", "thumbnails"), "*", SearchOption.AllDirectories));
        await File.WriteAllTextAsync(file, "kept");

        using var again = await GetAsync(media, "width=32&height=32&method=crop");
        Assert.Equal("kept", await again.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task An_animation_is_served_still_unless_it_is_asked_for()
    {
        var animation = AnimatedGif();
        var media = await _server.UploadAsync(animation, "image/gif");

        using var still = await GetAsync(media, "width=32&height=32");
        Assert.Contains(still.Content.Headers.ContentType!.ToString(), new[] { "image/png", "image/jpeg" });
        using var moving = await GetAsync(media, "width=32&height=32&animated=true");
        Assert.Equal("image/gif", moving.Content.Headers.ContentType!.ToString());
        Assert.Equal(animation, await moving.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_animation_is_brought_to_size_frame_by_frame(bool isWebp)
    {
        var animation = isWebp ? AnimatedWebp(500, 250) : AnimatedGif(500, 250);
        var media = await _server.UploadAsync(animation, isWebp ? "image/webp" : "image/gif");

        using var moving = await GetAsync(media, "width=320&height=240&animated=true");

        Assert.Equal("image/webp", moving.Content.Headers.ContentType!.ToString());
        using var codec = SKCodec.Create(new SKMemoryStream(await moving.Content.ReadAsByteArrayAsync()));
        Assert.Equal((320, 160), (codec.Info.Width, codec.Info.Height));
        Assert.Equal([100, 250, 100], codec.FrameInfo.Select(static frame => frame.Duration));
        SKColor[] shown = [ColorOf(codec, 0), ColorOf(codec, 1), ColorOf(codec, 2)];
        Assert.True(shown is [{ Red: > 200, Blue: < 60 }, { Red: < 60, Blue: > 200 }, { Green: > 200 }], string.Join(' ', shown));
        using var still = await GetAsync(media, "width=320&height=240");
        Assert.Contains(still.Content.Headers.ContentType!.ToString(), new[] { "image/png", "image/jpeg" });
    }

    [Fact]
    public async Task An_AVIF_image_which_cannot_be_drawn_stands_for_itself()
    {
        byte[] avif =
        [
            0, 0, 0, 24, .. "ftypavif"u8, 0, 0, 0, 0, .. "mif1avif"u8,
            0, 0, 0, 28, .. "meta"u8, 0, 0, 0, 0, 0, 0, 0, 20, .. "ispe"u8, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 2, 0,
        ];
        var media = await _server.UploadAsync(avif, "image/avif");

        using var thumbnail = await GetAsync(media, "width=32&height=32");

        Assert.Equal("image/avif", thumbnail.Content.Headers.ContentType!.ToString());
        Assert.Equal(avif, await thumbnail.Content.ReadAsByteArrayAsync());
        var broken = await _server.UploadAsync([.. avif[..24], 1, 2, 3], "image/avif");
        using var refused = await GetAsync(broken, "width=32&height=32");
        await MediaServer.AssertErrorAsync(400, "M_UNKNOWN", refused);
    }

    [Fact]
    public async Task Asking_for_animation_of_a_still_image_gives_a_plain_thumbnail()
    {
        var media = await _server.UploadAsync(TestImages.Encode(400, 400), "image/png");

        using var response = await GetAsync(media, "width=32&height=32&method=crop&animated=true");

        using var bitmap = SKBitmap.Decode(await response.Content.ReadAsByteArrayAsync());
        Assert.Equal(32, bitmap.Width);
    }

    [Fact]
    public async Task An_orientation_mark_is_applied()
    {
        var jpeg = TestImages.Encode(400, 200, SKEncodedImageFormat.Jpeg);
        var media = await _server.UploadAsync(WithOrientation(jpeg, 6), "image/jpeg");

        using var bitmap = await FetchAsync(media, "width=320&height=240");

        // A quarter turn clockwise puts the left half on top.
        Assert.Equal((120, 240), (bitmap.Width, bitmap.Height));
        AssertNear(SKColors.Red, bitmap.GetPixel(60, 30));
        AssertNear(SKColors.Blue, bitmap.GetPixel(60, 210));
    }

    [Theory]
    [InlineData("image/png", "not an image")]
    [InlineData("text/plain", "hello")]
    [InlineData("image/svg+xml", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>")]
    public async Task Other_content_has_no_thumbnails(string contentType, string content)
    {
        var media = await _server.UploadAsync(System.Text.Encoding.UTF8.GetBytes(content), contentType);

        using var response = await GetAsync(media, "width=32&height=32");

        await MediaServer.AssertErrorAsync(400, "M_UNKNOWN", response);
    }

    [Fact]
    public async Task An_image_that_unpacks_to_too_much_is_refused_unread()
    {
        var png = TestImages.Encode(10, 10);
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(16), 30_000);
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(20), 30_000);
        BinaryPrimitives.WriteUInt32BigEndian(png.AsSpan(29), Crc32(png.AsSpan(12, 17)));
        var media = await _server.UploadAsync(png, "image/png");

        using var response = await GetAsync(media, "width=32&height=32");

        await MediaServer.AssertErrorAsync(413, "M_TOO_LARGE", response);
    }

    [Fact]
    public async Task A_file_over_the_byte_limit_is_refused()
    {
        await using var server = await MediaServer.StartAsync(options => options with { MaxThumbnailSourceBytes = 100 });
        var media = await server.UploadAsync(TestImages.Encode(400, 400), "image/png");

        using var response = await server.GetAsync($"/_matrix/client/v1/media/thumbnail/{media}?width=32&height=32");

        await MediaServer.AssertErrorAsync(413, "M_TOO_LARGE", response);
    }

    [Fact]
    public async Task A_broken_image_is_refused()
    {
        var png = TestImages.Encode(400, 400);
        png.AsSpan(45).Fill(0xff);
        var media = await _server.UploadAsync(png, "image/png");

        using var response = await GetAsync(media, "width=32&height=32&method=crop");

        await MediaServer.AssertErrorAsync(400, "M_UNKNOWN", response);
    }

    [Theory]
    [InlineData("height=32", "M_MISSING_PARAM")]
    [InlineData("width=32", "M_MISSING_PARAM")]
    [InlineData("width=0&height=32", "M_INVALID_PARAM")]
    [InlineData("width=-1&height=32", "M_INVALID_PARAM")]
    [InlineData("width=1.5&height=32", "M_INVALID_PARAM")]
    [InlineData("width=32&height=99999999999", "M_INVALID_PARAM")]
    [InlineData("width=32&height=32&method=stretch", "M_INVALID_PARAM")]
    [InlineData("width=32&height=32&animated=maybe", "M_INVALID_PARAM")]
    public async Task A_wrong_request_names_what_is_wrong(string query, string code)
    {
        var media = await _server.UploadAsync(TestImages.Encode(400, 400), "image/png");

        using var response = await GetAsync(media, query);

        await MediaServer.AssertErrorAsync(400, code, response);
    }

    Task<HttpResponseMessage> GetAsync(string media, string query) => _server.GetAsync($"/_matrix/client/v1/media/thumbnail/{media}?{query}");

    async Task<SKBitmap> FetchAsync(string media, string query)
    {
        using var response = await GetAsync(media, query);
        Assert.Equal(200, (int)response.StatusCode);
        return SKBitmap.Decode(await response.Content.ReadAsByteArrayAsync());
    }

    static void AssertNear(SKColor expected, SKColor actual)
    {
        const int Tolerance = 40;
        Assert.True(
            Math.Abs(expected.Red - actual.Red) < Tolerance && Math.Abs(expected.Green - actual.Green) < Tolerance && Math.Abs(expected.Blue - actual.Blue) < Tolerance,
            $"expected about {expected}, found {actual}");
    }

    // Two frames of one pixel each, on a 2×2 canvas, as GIF89a writes them.
    static byte[] AnimatedGif()
    {
        byte[] header = [.. "GIF89a"u8, 2, 0, 2, 0, 0x80, 0, 0, 255, 0, 0, 0, 0, 255];
        byte[] frame = [0x21, 0xf9, 4, 0, 10, 0, 0, 0, 0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0];
        return [.. header, .. frame, .. frame, 0x3b];
    }

    // Red, blue and green over each other, 100, 250 and 100 ms long.
    static byte[] AnimatedWebp(int width, int height)
    {
        SKColor[] colors = [SKColors.Red, SKColors.Blue, SKColors.Lime];
        var bitmaps = colors.Select(color =>
        {
            var bitmap = new SKBitmap(width, height);
            bitmap.Erase(color);
            return bitmap;
        }).ToList();
        int[] durations = [100, 250, 100];
        var frames = bitmaps.Zip(durations, static (bitmap, duration) => new SKWebpEncoderFrame(bitmap, TimeSpan.FromMilliseconds(duration))).ToArray();
        using var data = SKWebpEncoder.EncodeAnimated(frames, new SKWebpEncoderOptions(SKWebpEncoderCompression.Lossless, 1));
        // What comes after the end is no part of the picture: it makes the file larger than its thumbnail.
        return [.. data!.ToArray(), .. new byte[64 * 1024]];
    }

    // The same as a GIF: three colors, each frame one of them, packed as codes that are all literal.
    static byte[] AnimatedGif(int width, int height)
    {
        byte[] screen = [(byte)width, (byte)(width >> 8), (byte)height, (byte)(height >> 8)];
        byte[] header = [.. "GIF89a"u8, .. screen, 0x81, 0, 0, 255, 0, 0, 0, 0, 255, 0, 255, 0, 0, 0, 0];
        return [.. header, .. Frame(0, 10), .. Frame(1, 25), .. Frame(2, 10), 0x3b];

        byte[] Frame(int color, byte hundredths) =>
            [0x21, 0xf9, 4, 4, hundredths, 0, 0, 0, 0x2c, 0, 0, 0, 0, .. screen, 0, 2, .. Pack(color, width * height), 0];
    }

    // A clear code before every second pixel keeps all codes three bits long.
    static byte[] Pack(int color, int pixels)
    {
        var bits = new List<int>();
        for (var i = 0; i < pixels; i++)
        {
            if (i % 2 == 0)
                bits.Add(4);
            bits.Add(color);
        }

        bits.Add(5);
        var bytes = new byte[(bits.Count * 3 + 7) / 8];
        for (var i = 0; i < bits.Count; i++)
        {
            for (var bit = 0; bit < 3; bit++)
                bytes[(i * 3 + bit) / 8] |= (byte)(((bits[i] >> bit) & 1) << ((i * 3 + bit) % 8));
        }

        return [.. bytes.Chunk(255).SelectMany(static block => (byte[])[(byte)block.Length, .. block])];
    }

    static SKColor ColorOf(SKCodec codec, int frame)
    {
        using var bitmap = new SKBitmap(codec.Info);
        Assert.Equal(SKCodecResult.Success, codec.GetPixels(codec.Info, bitmap.GetPixels(), new SKCodecOptions(frame)));
        return bitmap.GetPixel(codec.Info.Width / 2, codec.Info.Height / 2);
    }

    // An APP1 segment whose TIFF directory has one entry, tag 0x0112.
    static byte[] WithOrientation(byte[] jpeg, byte orientation)
    {
        byte[] exif =
        [
            0xff, 0xe1, 0, 34, .. "Exif\0\0"u8, .. "MM"u8, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0,
        ];
        return [.. jpeg.AsSpan(0, 2), .. exif, .. jpeg.AsSpan(2)];
    }

    static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) == 0 ? crc >> 1 : (crc >> 1) ^ 0xedb88320;
        }

        return ~crc;
    }
}
