using Hybrid.Primitives;

namespace Hybrid.Federation.Joins;

/// <summary>What a user is told when another server answers with what cannot be worked with.</summary>
static class UselessAnswer
{
    /// <summary>The error for an answer of this server.</summary>
    public static MatrixError From(ServerName server) => MatrixError.Of(502, "M_UNKNOWN", $"The server {server} answers with what is of no use.");
}
