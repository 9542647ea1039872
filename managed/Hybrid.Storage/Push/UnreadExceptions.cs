using System.Globalization;
using System.Text;
using Hybrid.Primitives;

namespace Hybrid.Storage.Push;

/// <summary>The form in which every engine keeps for whom an event weighs otherwise: <c>weight user</c>, a line each.</summary>
public static class UnreadExceptions
{
    /// <summary>The text; null when there are none.</summary>
    public static string? Format(IReadOnlyDictionary<UserId, UnreadWeight> exceptions)
    {
        if (exceptions.Count == 0)
            return null;

        var text = new StringBuilder();
        foreach (var (userId, weight) in exceptions)
            text.Append(CultureInfo.InvariantCulture, $"{(int)weight} {userId.Value}\n");
        return text.ToString();
    }

    /// <summary>The inverse of <see cref="Format"/>.</summary>
    public static Dictionary<UserId, UnreadWeight> Parse(string text)
    {
        var exceptions = new Dictionary<UserId, UnreadWeight>();
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            exceptions[UserId.Parse(line[2..])] = (UnreadWeight)(line[0] - '0');
        return exceptions;
    }
}
