using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.Http.Limits;

/// <summary>The request budgets; the composition adds <see cref="RateLimitOptions"/>.</summary>
public static class LimitsServices
{
    public static IServiceCollection AddRequestLimits(this IServiceCollection services) => services.AddSingleton<IRequestLimiter, RequestLimiter>();
}
