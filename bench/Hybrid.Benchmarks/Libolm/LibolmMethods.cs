using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Hybrid.Benchmarks.Libolm;

/// <summary>
/// What the benchmarks call of libolm, the C library before vodozemac (Debian: libolm3). Its objects live in memory of the
/// caller; sizes and lengths are in bytes; every call but those for sizes returns <see cref="Error"/> when it fails.
/// </summary>
static unsafe partial class LibolmMethods
{
    const string Library = "libolm.so.3";

    public static nuint Error => nuint.MaxValue;

    /// <summary>What a call returned, unless it failed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Checked(nuint result) =>
        result == Error ? throw new InvalidOperationException("A call to libolm failed.") : (int)result;

    [LibraryImport(Library)]
    public static partial nuint olm_account_size();

    [LibraryImport(Library)]
    public static partial void* olm_account(void* memory);

    [LibraryImport(Library)]
    public static partial nuint olm_clear_account(void* account);

    [LibraryImport(Library)]
    public static partial nuint olm_create_account_random_length(void* account);

    [LibraryImport(Library)]
    public static partial nuint olm_create_account(void* account, byte* random, nuint randomLength);

    [LibraryImport(Library)]
    public static partial nuint olm_account_identity_keys(void* account, byte* keys, nuint length);

    [LibraryImport(Library)]
    public static partial nuint olm_account_identity_keys_length(void* account);

    [LibraryImport(Library)]
    public static partial nuint olm_account_generate_one_time_keys_random_length(void* account, nuint count);

    [LibraryImport(Library)]
    public static partial nuint olm_account_generate_one_time_keys(void* account, nuint count, byte* random, nuint randomLength);

    [LibraryImport(Library)]
    public static partial nuint olm_account_one_time_keys_length(void* account);

    [LibraryImport(Library)]
    public static partial nuint olm_account_one_time_keys(void* account, byte* keys, nuint length);

    [LibraryImport(Library)]
    public static partial nuint olm_account_mark_keys_as_published(void* account);

    [LibraryImport(Library)]
    public static partial nuint olm_remove_one_time_keys(void* account, void* session);

    [LibraryImport(Library)]
    public static partial nuint olm_session_size();

    [LibraryImport(Library)]
    public static partial void* olm_session(void* memory);

    [LibraryImport(Library)]
    public static partial nuint olm_clear_session(void* session);

    [LibraryImport(Library)]
    public static partial nuint olm_create_outbound_session_random_length(void* session);

    [LibraryImport(Library)]
    public static partial nuint olm_create_outbound_session(
        void* session, void* account, byte* identityKey, nuint identityKeyLength, byte* oneTimeKey, nuint oneTimeKeyLength,
        byte* random, nuint randomLength);

    [LibraryImport(Library)]
    public static partial nuint olm_create_inbound_session_from(
        void* session, void* account, byte* identityKey, nuint identityKeyLength, byte* message, nuint messageLength);

    [LibraryImport(Library)]
    public static partial nuint olm_encrypt_message_type(void* session);

    [LibraryImport(Library)]
    public static partial nuint olm_encrypt_random_length(void* session);

    [LibraryImport(Library)]
    public static partial nuint olm_encrypt_message_length(void* session, nuint plaintextLength);

    [LibraryImport(Library)]
    public static partial nuint olm_encrypt(
        void* session, byte* plaintext, nuint plaintextLength, byte* random, nuint randomLength, byte* message, nuint messageLength);

    [LibraryImport(Library)]
    public static partial nuint olm_decrypt(
        void* session, nuint messageType, byte* message, nuint messageLength, byte* plaintext, nuint maximumLength);

    [LibraryImport(Library)]
    public static partial nuint olm_outbound_group_session_size();

    [LibraryImport(Library)]
    public static partial void* olm_outbound_group_session(void* memory);

    [LibraryImport(Library)]
    public static partial nuint olm_init_outbound_group_session_random_length(void* session);

    [LibraryImport(Library)]
    public static partial nuint olm_init_outbound_group_session(void* session, byte* random, nuint randomLength);

    [LibraryImport(Library)]
    public static partial nuint olm_outbound_group_session_key_length(void* session);

    [LibraryImport(Library)]
    public static partial nuint olm_outbound_group_session_key(void* session, byte* key, nuint length);

    [LibraryImport(Library)]
    public static partial nuint olm_group_encrypt_message_length(void* session, nuint plaintextLength);

    [LibraryImport(Library)]
    public static partial nuint olm_group_encrypt(
        void* session, byte* plaintext, nuint plaintextLength, byte* message, nuint messageLength);

    [LibraryImport(Library)]
    public static partial nuint olm_inbound_group_session_size();

    [LibraryImport(Library)]
    public static partial void* olm_inbound_group_session(void* memory);

    [LibraryImport(Library)]
    public static partial nuint olm_init_inbound_group_session(void* session, byte* key, nuint keyLength);

    [LibraryImport(Library)]
    public static partial nuint olm_group_decrypt(
        void* session, byte* message, nuint messageLength, byte* plaintext, nuint maximumLength, uint* index);
}
