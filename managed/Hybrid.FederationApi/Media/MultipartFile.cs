using System.Security.Cryptography;
using System.Text;
using Hybrid.Media.Content;
using Hybrid.Primitives;
using Hybrid.Storage.Media;

namespace Hybrid.FederationApi.Media;

/// <summary>A file as other servers get media: the second part of two, after a JSON object that says nothing yet.</summary>
static class MultipartFile
{
    /// <summary>The content as it was uploaded.</summary>
    public static async ValueTask<Result<Http.Reply>> OfAsync(
        ContentFiles files, MediaContent content, string contentType, string? fileName, CancellationToken cancellationToken)
    {
        // Opened before the answer begins, so that a failure is still an error of its own.
        return await files.OpenAsync(content.Sha256, content.Length, fromStart: true, cancellationToken) is { } stream
            ? Of(stream, contentType, fileName)
            : ContentRepository.NoSuchMedia();
    }

    /// <summary>A stream of a known length, which is disposed with the answer.</summary>
    /// <param name="stream">The bytes.</param>
    /// <param name="contentType">Their type.</param>
    /// <param name="fileName">The name that they were uploaded with, or null.</param>
    public static Http.Reply Of(Stream stream, string contentType, string? fileName) => Http.Reply.Custom(async (context, cancellationToken) =>
    {
        // Long enough that no content can hold it by design.
        var boundary = RandomNumberGenerator.GetHexString(40, lowercase: true);
        var head = Encoding.ASCII.GetBytes(
            $"--{boundary}\r\nContent-Type: application/json\r\n\r\n{{}}\r\n--{boundary}\r\nContent-Type: {contentType}\r\n"
            + $"Content-Disposition: {ContentDisposition.For(contentType, fileName)}\r\n\r\n");
        var tail = Encoding.ASCII.GetBytes($"\r\n--{boundary}--\r\n");
        await using (stream)
        {
            var response = context.Response;
            response.ContentType = $"multipart/mixed; boundary={boundary}";
            response.ContentLength = head.Length + stream.Length + tail.Length;
            await response.Body.WriteAsync(head, cancellationToken);
            await stream.CopyToAsync(response.Body, cancellationToken);
            await response.Body.WriteAsync(tail, cancellationToken);
        }
    });
}
