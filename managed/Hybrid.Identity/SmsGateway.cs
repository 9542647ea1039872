using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Hybrid.Accounts.ThirdParty;
using Microsoft.Extensions.Logging;

namespace Hybrid.Identity;

/// <summary>What sends text messages in this server's name.</summary>
public sealed record SmsOptions
{
    /// <summary>Where it takes messages; null: there is none.</summary>
    public Uri? Address { get; init; }

    /// <summary>Its bearer token, or null.</summary>
    public string? Token { get; init; }
}

/// <summary>
/// Hands text messages to the operator's gateway: a POST with <c>{"to": "+447700900123", "text": "…"}</c>. A status below 300 means that it
/// has taken the message over, <c>4xx</c> that it never will.
/// </summary>
public sealed class SmsGateway(SmsOptions options, ILogger<SmsGateway> logger) : IDisposable
{
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    // The operator's own, on whatever network.
    readonly HttpClient _http = new() { Timeout = Timeout };

    public bool IsSetUp => options.Address is not null;

    /// <param name="number">Digits with the country code.</param>
    /// <param name="text">The message.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<AddressMessageOutcome> SendAsync(string number, string text, CancellationToken cancellationToken)
    {
        if (options.Address is not { } address)
            return AddressMessageOutcome.Unavailable;

        try
        {
            var body = new JsonObject { ["to"] = "+" + number, ["text"] = text };
            using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new StringContent(body.ToJsonString(), null, "application/json") };
            if (options.Token is { } token)
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            using var response = await _http.SendAsync(request, cancellationToken);
            if (response.IsSuccessStatusCode)
                return AddressMessageOutcome.Sent;

            logger.LogWarning("The SMS gateway {Address} answers {Status}", address, (int)response.StatusCode);
            return (int)response.StatusCode is >= 400 and < 500 and not (401 or 403 or 408 or 429) ? AddressMessageOutcome.Refused : AddressMessageOutcome.Unavailable;
        }
        catch (Exception failure) when (failure is HttpRequestException || (failure is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            logger.LogWarning("The SMS gateway {Address} cannot be reached: {Reason}", address, failure.Message);
            return AddressMessageOutcome.Unavailable;
        }
    }

    public void Dispose() => _http.Dispose();
}
