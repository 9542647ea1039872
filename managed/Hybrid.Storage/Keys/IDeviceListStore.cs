using Hybrid.Primitives;

namespace Hybrid.Storage.Keys;

/// <summary>Whose devices, identity keys or cross-signing changed, by position in <see cref="StreamKind.DeviceLists"/>.</summary>
public interface IDeviceListStore
{
    /// <summary>The users with a change after <paramref name="after"/>, up to and including <paramref name="upTo"/>, each once.</summary>
    ValueTask<IReadOnlyList<UserId>> ReadChangedUsersAsync(long after, long upTo, CancellationToken cancellationToken);
}
