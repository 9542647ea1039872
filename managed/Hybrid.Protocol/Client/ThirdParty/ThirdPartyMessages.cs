namespace Hybrid.Protocol.Client.ThirdParty;

/// <summary>One entry of <c>GET /account/3pid</c>; times in milliseconds since 1970.</summary>
public sealed record ListedAddress(string Medium, string Address, long ValidatedAt, long AddedAt);

/// <summary>Answer to <c>GET /account/3pid</c>.</summary>
public sealed record AddressList(IReadOnlyList<ListedAddress> Threepids);

/// <summary>Body of every <c>…/requestToken</c>; what is absent does not belong to the medium.</summary>
public sealed record RequestTokenBody(string? ClientSecret, string? Email, string? Country, string? PhoneNumber, long? SendAttempt, string? NextLink);

/// <summary>Answer to every <c>…/requestToken</c>.</summary>
public sealed record RequestTokenAnswer(string Sid, string? SubmitUrl);

/// <summary>What brings a token back.</summary>
public sealed record SubmitTokenBody(string? Sid, string? ClientSecret, string? Token);

/// <summary>Body of <c>POST /account/3pid/add</c>.</summary>
public sealed record AddAddressBody(string? Sid, string? ClientSecret);

/// <summary>A proof that an identity server, or this server, was given.</summary>
public sealed record ProofCredentials(string? Sid, string? ClientSecret, string? IdServer, string? IdAccessToken);

/// <summary>Body of <c>POST /account/3pid</c>.</summary>
public sealed record CredentialsBody(ProofCredentials? ThreePidCreds);

/// <summary>Body of <c>POST /account/3pid/delete</c> and <c>…/unbind</c>.</summary>
public sealed record AddressBody(string? Medium, string? Address, string? IdServer);

/// <summary>What an invitation by address carries.</summary>
public sealed record InviteAddressBody(string? Medium, string? Address, string? IdServer, string? IdAccessToken);

/// <summary>Answer to the deletion or unbinding of an address.</summary>
public sealed record UnbindAnswer(string IdServerUnbindResult);
