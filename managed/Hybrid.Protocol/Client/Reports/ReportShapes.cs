using System.Text.Json.Serialization;

namespace Hybrid.Protocol.Client.Reports;

/// <summary>Body of reports; <c>score</c>, which older clients send, is about events only.</summary>
public sealed record ReportBody(string? Reason, long? Score);

/// <summary>Shapes of the chapter "Reporting Content" of the client-server API.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ReportBody))]
public sealed partial class ReportsJson : JsonSerializerContext;
