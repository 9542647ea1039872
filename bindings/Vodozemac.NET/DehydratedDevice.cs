namespace Vodozemac;

/// <summary>
/// An account that waits on the server, encrypted, and receives keys while no device of its user is there (MSC3814). Both parts
/// go into the <c>device_data</c>, in unpadded base64.
/// </summary>
/// <param name="Ciphertext">The <c>device_pickle</c>.</param>
/// <param name="Nonce">The <c>nonce</c>.</param>
public readonly record struct DehydratedDevice(string Ciphertext, string Nonce);
