using System.Collections.Concurrent;
using System.Text.Json;
using Hybrid.Federation.Requests;
using Hybrid.Primitives;
using Microsoft.Extensions.Logging;

namespace Hybrid.Federation.Discovery;

/// <summary>
/// Where <c>https://HOST/.well-known/matrix/server</c> delegates to, remembered for as long as the answer asks for, within bounds. That there is no
/// answer is remembered too: for an hour when the host says so, and for a time that grows with every attempt when it cannot be reached.
/// </summary>
public sealed class WellKnownLookup(FederationHttp http, FederationOptions options, TimeProvider time, ILogger<WellKnownLookup> logger)
{
    const int MaxBytes = 50 * 1024;
    const int MaxRedirects = 5;
    const int MaxHosts = 10_000;
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);
    static readonly TimeSpan AbsenceLifetime = TimeSpan.FromHours(1);
    static readonly TimeSpan FirstFailureLifetime = TimeSpan.FromMinutes(1);

    // A host that is in the middle of a move is not taken for one that delegates no more.
    static readonly TimeSpan LastKnownLifetime = TimeSpan.FromHours(2);

    readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    readonly ConcurrentDictionary<string, Lazy<Task<Entry>>> _running = new(StringComparer.Ordinal);

    /// <summary>The delegated name; null when the host delegates to nobody, or to nobody that it can tell.</summary>
    public async ValueTask<ServerName?> FindAsync(string host, CancellationToken cancellationToken)
    {
        if (_entries.TryGetValue(host, out var known) && time.GetUtcNow() < known.RefreshAt)
            return known.Delegated;

        var running = _running.GetOrAdd(host, name => new Lazy<Task<Entry>>(() => RefreshAsync(name)));
        return (await running.Value.WaitAsync(cancellationToken)).Delegated;
    }

    /// <summary>Forgets that the host could not be reached.</summary>
    public void ForgetFailure(string host)
    {
        if (_entries.TryGetValue(host, out var known) && known.Failures > 0)
            _entries.TryRemove(new KeyValuePair<string, Entry>(host, known));
    }

    // Apart from all who wait for it: one that gives up does not take the answer from the others.
    async Task<Entry> RefreshAsync(string host)
    {
        await Task.Yield();
        try
        {
            _entries.TryGetValue(host, out var before);
            var entry = Remember(await AskAsync(host), before);
            if (_entries.Count >= MaxHosts)
                Trim();
            return _entries[host] = entry;
        }
        finally
        {
            _running.TryRemove(host, out _);
        }
    }

    Entry Remember(Answer answer, Entry? before)
    {
        var now = time.GetUtcNow();
        if (answer.Delegated is { } delegated)
        {
            // Asked again before it runs out, while there still is something to fall back on.
            return new Entry(delegated, now + (answer.Lifetime * 0.8), now + answer.Lifetime, 0);
        }

        if (!answer.IsTemporary)
            return new Entry(null, now + Jittered(AbsenceLifetime), now, 0);

        var failures = (before?.Failures ?? 0) + 1;
        var pause = Jittered(TimeSpan.FromTicks(Math.Min(AbsenceLifetime.Ticks, FirstFailureLifetime.Ticks << Math.Min(failures - 1, 10))));
        return before is { Delegated: { } last } && now < before.ValidUntil + LastKnownLifetime
            ? before with { RefreshAt = now + pause, Failures = failures }
            : new Entry(null, now + pause, now, failures);
    }

    async Task<Answer> AskAsync(string host)
    {
        using var timeout = new CancellationTokenSource(Timeout, time);
        try
        {
            var address = new UriBuilder(Uri.UriSchemeHttps, host, options.WellKnownPort, "/.well-known/matrix/server").Uri;
            for (var redirects = 0; redirects <= MaxRedirects; redirects++)
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, address);
                using var response = await http.Plain.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, timeout.Token);
                if ((int)response.StatusCode is 301 or 302 or 303 or 307 or 308 && response.Headers.Location is { } location)
                {
                    address = new Uri(address, location);
                    if (address.Scheme != Uri.UriSchemeHttps)
                        return Answer.None;
                    continue;
                }

                if ((int)response.StatusCode >= 500)
                    return Answer.Failure;
                if ((int)response.StatusCode != 200)
                    return Answer.None;

                var body = await BoundedBody.ReadAsync(response.Content, MaxBytes, timeout.Token);
                return Parse(body) is { } delegated ? new Answer(delegated, CacheLifetime.Of(response, time.GetUtcNow()), false) : Answer.None;
            }

            return Answer.None;
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or OperationCanceledException or UriFormatException)
        {
            logger.LogDebug("{Host} does not say whom it delegates to: {Reason}", host, failure.Message);
            return failure is UriFormatException ? Answer.None : Answer.Failure;
        }
    }

    static ServerName? Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("m.server", out var server) && server.ValueKind == JsonValueKind.String
                && ServerName.TryParse(server.GetString(), out var name)
                ? name
                : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The second is for strings that are no text.
            return null;
        }
    }

    void Trim()
    {
        foreach (var (host, _) in _entries.OrderBy(static entry => entry.Value.RefreshAt).Take(MaxHosts / 4).ToList())
            _entries.TryRemove(host, out _);
    }

    // Many servers are met together when a room is joined; they are not all asked again at the same moment.
    static TimeSpan Jittered(TimeSpan duration) => duration * (0.9 + (Random.Shared.NextDouble() * 0.2));

    sealed record Entry(ServerName? Delegated, DateTimeOffset RefreshAt, DateTimeOffset ValidUntil, int Failures);

    sealed record Answer(ServerName? Delegated, TimeSpan Lifetime, bool IsTemporary)
    {
        public static Answer None { get; } = new(null, default, false);

        public static Answer Failure { get; } = new(null, default, true);
    }
}
