namespace Hybrid.Web.Landing;

/// <summary>What the page at <c>/</c> tells.</summary>
/// <param name="ServerName">The part of user IDs after the colon.</param>
/// <param name="Version">The version of Hybrid.</param>
/// <param name="BaseUrl">What people type into a client as the homeserver.</param>
/// <param name="Registration">Who may create an account.</param>
/// <param name="AdministratorCommand">The command that creates the first administrator, or null when there is one already.</param>
public sealed record LandingPageModel(
    string ServerName,
    string Version,
    string BaseUrl,
    LandingRegistration Registration,
    string? AdministratorCommand);

/// <summary>Who may create an account, as the page explains it.</summary>
public enum LandingRegistration
{
    Closed,
    Token,
    Open,
}
