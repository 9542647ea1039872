using System.Globalization;
using System.Text.Json;
using Hybrid.Primitives;
using Microsoft.AspNetCore.Http;

namespace Hybrid.Http;

/// <summary>Writes a <see cref="MatrixError"/> as the specification's standard error response.</summary>
public static class ErrorWriter
{
    /// <summary>The reply form of an error.</summary>
    public static Reply ToReply(MatrixError error) => Reply.Write(writer => Write(writer, error), error.Status);

    /// <summary>Sends the error; <c>Retry-After</c> goes with a wait.</summary>
    public static Task SendAsync(HttpContext context, MatrixError error, CancellationToken cancellationToken)
    {
        if (error.RetryAfter is { } wait)
            context.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return ToReply(error).SendAsync(context, cancellationToken);
    }

    static void Write(Utf8JsonWriter writer, MatrixError error)
    {
        writer.WriteStartObject();
        writer.WriteString("errcode"u8, error.Code);
        writer.WriteString("error"u8, error.Message);
        if (error.RetryAfter is { } wait)
            writer.WriteNumber("retry_after_ms"u8, (long)Math.Ceiling(wait.TotalMilliseconds));
        if (error.SoftLogout)
            writer.WriteBoolean("soft_logout"u8, true);
        if (error.Detail is { } detail)
            writer.WriteString(detail.Name, detail.Value);
        if (error.Limit is { } limit)
            writer.WriteNumber(limit.Name, limit.Value);
        writer.WriteEndObject();
    }
}
