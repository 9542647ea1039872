using Hybrid.Primitives;

namespace Hybrid.Protocol.Client.Account;

/// <summary>Answer to <c>GET /account/whoami</c>.</summary>
public sealed record WhoAmIResponse(UserId UserId, DeviceId? DeviceId, bool IsGuest);

/// <summary>Body of <c>POST /account/password</c>.</summary>
public sealed record ChangePasswordRequest(string? NewPassword, bool? LogoutDevices);

/// <summary>Body of <c>POST /account/deactivate</c>.</summary>
public sealed record DeactivateRequest(bool? Erase);

/// <summary>Answer to <c>POST /account/deactivate</c>.</summary>
public sealed record DeactivateResponse(string IdServerUnbindResult);
