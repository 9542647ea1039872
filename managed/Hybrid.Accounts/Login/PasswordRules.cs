using System.Text;
using Hybrid.Primitives;

namespace Hybrid.Accounts.Login;

/// <summary>What a new password must be like.</summary>
static class PasswordRules
{
    // Longer ones add nothing and cost time before the hash begins.
    const int MaximumBytes = 512;

    /// <summary>Why the password is refused, or null.</summary>
    internal static MatrixError? Check(string password, AccountOptions options)
    {
        if (Encoding.UTF8.GetByteCount(password) > MaximumBytes)
            return MatrixError.InvalidParam($"The password is longer than {MaximumBytes} bytes.");
        if (password.Length == 0 || password.Length < options.MinimumPasswordLength)
            return MatrixError.Of(400, "M_WEAK_PASSWORD", $"The password must have at least {Math.Max(1, options.MinimumPasswordLength)} characters.");

        return null;
    }
}
