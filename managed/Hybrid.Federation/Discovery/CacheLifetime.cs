namespace Hybrid.Federation.Discovery;

/// <summary>For how long an answer to <c>/.well-known/matrix/server</c> is remembered: what it says, between five minutes and two days.</summary>
static class CacheLifetime
{
    static readonly TimeSpan Usual = TimeSpan.FromHours(24);
    static readonly TimeSpan Shortest = TimeSpan.FromMinutes(5);
    static readonly TimeSpan Longest = TimeSpan.FromHours(48);

    public static TimeSpan Of(HttpResponseMessage response, DateTimeOffset now)
    {
        var control = response.Headers.CacheControl;
        var asked = control switch
        {
            { NoStore: true } => TimeSpan.Zero,
            { MaxAge: { } age } => age,
            _ when response.Content.Headers.NonValidated.Contains("Expires") => (response.Content.Headers.Expires ?? now) - now,
            _ => Usual,
        };
        return asked < Shortest ? Shortest : asked > Longest ? Longest : asked;
    }
}
