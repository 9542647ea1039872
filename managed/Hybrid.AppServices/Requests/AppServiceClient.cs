using System.Net.Http.Headers;
using System.Text;
using Hybrid.AppServices.Registrations;

namespace Hybrid.AppServices.Requests;

/// <summary>What an application service answered.</summary>
public sealed record AppServiceAnswer(int Status, ReadOnlyMemory<byte> Body)
{
    public bool IsSuccess => Status is >= 200 and < 300;
}

/// <summary>Makes requests of application services. They are where the operator says, private addresses included, and redirect nowhere.</summary>
public sealed class AppServiceClient : IDisposable
{
    const int MaxAnswerBytes = 1024 * 1024;
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) })
    {
        Timeout = Patience,
        MaxResponseContentBufferSize = MaxAnswerBytes,
    };

    /// <summary>Sends a request to a path below the service's URL.</summary>
    /// <exception cref="HttpRequestException">The service cannot be reached, or says too much.</exception>
    /// <exception cref="TimeoutException">It takes too long.</exception>
    public async Task<AppServiceAnswer> SendAsync(
        AppServiceRegistration service, HttpMethod method, string pathAndQuery, string? json, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, new Uri(service.Url!.AbsoluteUri.TrimEnd('/') + pathAndQuery));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", service.HomeserverToken);
        if (json is not null)
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        try
        {
            using var response = await _http.SendAsync(request, cancellationToken);
            return new AppServiceAnswer((int)response.StatusCode, await response.Content.ReadAsByteArrayAsync(cancellationToken));
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"The application service {service.Id} does not answer.", exception);
        }
    }

    public void Dispose() => _http.Dispose();
}
