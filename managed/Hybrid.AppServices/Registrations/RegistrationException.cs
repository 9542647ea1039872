namespace Hybrid.AppServices.Registrations;

/// <summary>A registration that cannot be used; the message says which and why.</summary>
public sealed class RegistrationException(string message, Exception? innerException = null) : Exception(message, innerException);
