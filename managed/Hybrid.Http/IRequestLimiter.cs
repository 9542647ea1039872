using Hybrid.Primitives;
using Microsoft.AspNetCore.Http;

namespace Hybrid.Http;

/// <summary>Keeps request budgets.</summary>
public interface IRequestLimiter
{
    /// <summary>Takes one request out of the budget of this caller or address; the refusal when it is used up, else null.</summary>
    MatrixError? Take(RateClass rate, Caller? caller, HttpContext context);

    /// <summary>Takes one request out of another server's budget; the refusal when it is used up, else null.</summary>
    MatrixError? TakeFrom(ServerName origin);
}
