namespace Hybrid.Http;

/// <summary>Where users reach whoever runs the server: the <c>admin_contact</c> of errors that only the operator can mend.</summary>
public sealed record ServerContact(Uri Address);
