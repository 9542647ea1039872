namespace Hybrid.LoadGenerator.Client;

/// <summary>A registered user with one device.</summary>
sealed record MatrixUser(string UserId, string AccessToken);
