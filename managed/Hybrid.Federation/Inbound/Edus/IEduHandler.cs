using System.Text.Json;
using Hybrid.Primitives;

namespace Hybrid.Federation.Inbound.Edus;

/// <summary>
/// Takes in EDUs of one type from other servers (server-server API, "EDUs"). Inbound transactions call the handlers registered for a type, in the
/// order of the EDUs, before they are answered.
/// </summary>
public interface IEduHandler
{
    /// <summary>The <c>edu_type</c>, such as <c>m.typing</c>.</summary>
    string EduType { get; }

    /// <summary>
    /// Takes one EDU in. An EDU may come several times and may be made to do harm: a handler checks that <paramref name="origin"/> may speak for whom
    /// it names, does bounded work, and ignores what it does not like. It throws only for what is wrong with this server, such as a store that
    /// cannot be reached; the transaction then fails and comes again.
    /// </summary>
    /// <param name="origin">The server that signed the transaction.</param>
    /// <param name="content">The <c>content</c>, of any JSON type; valid until the call ends.</param>
    /// <param name="cancellationToken">Ends the work when nobody waits for the answer any more.</param>
    ValueTask HandleAsync(ServerName origin, JsonElement content, CancellationToken cancellationToken);
}
