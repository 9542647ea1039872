using System.Security.Cryptography;
using System.Text;
using Hybrid.Media.Content;
using Microsoft.AspNetCore.Http;

namespace Hybrid.FederationApi.Media;

/// <summary>A file as other servers get media: the second part of two, after a JSON object that says nothing yet.</summary>
static class MultipartFile
{
    /// <summary>The answer.</summary>
    /// <param name="path">The file.</param>
    /// <param name="contentType">Its type.</param>
    /// <param name="fileName">The name that it was uploaded with, or null.</param>
    public static Http.Reply Reply(string path, string contentType, string? fileName) => Http.Reply.Custom(async (context, cancellationToken) =>
    {
        // Long enough that no content can hold it by design.
        var boundary = RandomNumberGenerator.GetHexString(40, lowercase: true);
        var head = Encoding.ASCII.GetBytes(
            $"--{boundary}\r\nContent-Type: application/json\r\n\r\n{{}}\r\n--{boundary}\r\nContent-Type: {contentType}\r\n"
            + $"Content-Disposition: {ContentDisposition.For(contentType, fileName)}\r\n\r\n");
        var tail = Encoding.ASCII.GetBytes($"\r\n--{boundary}--\r\n");
        var length = new FileInfo(path).Length;

        var response = context.Response;
        response.ContentType = $"multipart/mixed; boundary={boundary}";
        response.ContentLength = head.Length + length + tail.Length;
        await response.Body.WriteAsync(head, cancellationToken);
        await response.SendFileAsync(path, 0, length, cancellationToken);
        await response.Body.WriteAsync(tail, cancellationToken);
    });
}
