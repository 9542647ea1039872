namespace Hybrid.Primitives;

/// <summary>An answer that refuses: HTTP status, errcode and a sentence for people (specification, client-server API, "Standard error response").</summary>
public sealed record MatrixError(int Status, string Code, string Message)
{
    /// <summary>How long to wait before trying again, with <c>M_LIMIT_EXCEEDED</c>.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>With <c>M_UNKNOWN_TOKEN</c>: the device still exists and the client may log in again without losing its keys.</summary>
    public bool SoftLogout { get; init; }

    /// <summary>With <c>M_INCOMPATIBLE_ROOM_VERSION</c>: the room's version. With <c>M_WRONG_ROOM_KEYS_VERSION</c>: the current backup version.</summary>
    public (string Name, string Value)? Detail { get; init; }

    /// <summary>A number that the client has exceeded, under the name that the error gives it.</summary>
    public (string Name, long Value)? Limit { get; init; }

    public static MatrixError Forbidden(string message) => new(403, "M_FORBIDDEN", message);

    public static MatrixError NotFound(string message) => new(404, "M_NOT_FOUND", message);

    public static MatrixError InvalidParam(string message) => new(400, "M_INVALID_PARAM", message);

    public static MatrixError MissingParam(string message) => new(400, "M_MISSING_PARAM", message);

    public static MatrixError BadJson(string message) => new(400, "M_BAD_JSON", message);

    public static MatrixError NotJson(string message) => new(400, "M_NOT_JSON", message);

    public static MatrixError TooLarge(string message) => new(413, "M_TOO_LARGE", message);

    public static MatrixError Unrecognized(int status = 404) => new(status, "M_UNRECOGNIZED", status == 405 ? "This method is not known here." : "This endpoint is not known.");

    public static MatrixError MissingToken() => new(401, "M_MISSING_TOKEN", "An access token is needed.");

    public static MatrixError UnknownToken(bool softLogout = false) =>
        new(401, "M_UNKNOWN_TOKEN", "The access token is not known, or no longer.") { SoftLogout = softLogout };

    /// <summary>Specification, client-server API, "Account locking".</summary>
    public static MatrixError UserLocked() => new(401, "M_USER_LOCKED", "This account has been locked.") { SoftLogout = true };

    /// <summary>Specification, client-server API, "Account suspension".</summary>
    public static MatrixError UserSuspended() => new(403, "M_USER_SUSPENDED", "You cannot do this while your account is suspended.");

    public static MatrixError LimitExceeded(TimeSpan retryAfter) => new(429, "M_LIMIT_EXCEEDED", "Too many requests.") { RetryAfter = retryAfter };

    /// <summary>A refusal whose errcode has no factory of its own.</summary>
    public static MatrixError Of(int status, string code, string message) => new(status, code, message);
}

/// <summary>Carries a <see cref="MatrixError"/> out of code that parses what a client sent; the HTTP boundary turns it into the answer.</summary>
public class MatrixException(MatrixError error, Exception? innerException = null) : Exception(error.Message, innerException)
{
    public MatrixError Error { get; } = error;
}
