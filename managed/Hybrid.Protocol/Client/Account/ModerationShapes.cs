namespace Hybrid.Protocol.Client.Account;

/// <summary>Body and answer of <c>v1/admin/lock/{userId}</c>.</summary>
public sealed record LockStatus(bool? Locked);

/// <summary>Body and answer of <c>v1/admin/suspend/{userId}</c>.</summary>
public sealed record SuspensionStatus(bool? Suspended);
