//! Password hashes: Argon2id, written as PHC strings (`$argon2id$v=19$m=…,t=…,p=…$salt$hash`).
//!
//! The salt comes from the caller: this crate has no source of randomness, as it has no other global.

#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

use argon2::password_hash::{self, PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};

/// Memory of a new hash in KiB: 19 MiB, with two passes and one lane the minimum that OWASP's password storage cheat
/// sheet recommends for Argon2id.
pub const MEMORY_KIB: u32 = 19 * 1024;
/// Passes of a new hash.
pub const PASSES: u32 = 2;
/// Lanes of a new hash.
pub const LANES: u32 = 1;

/// The most memory that a stored hash may ask for, in KiB. An imported hash must not be able to exhaust the server.
pub const MAX_MEMORY_KIB: u32 = 256 * 1024;
/// The most passes that a stored hash may ask for.
pub const MAX_PASSES: u32 = 32;
/// The most work that a stored hash may ask for, in KiB times passes: about a second. At both limits it would be eight.
pub const MAX_WORK_KIB: u64 = 4 * MAX_MEMORY_KIB as u64;
/// The most lanes that a stored hash may ask for.
pub const MAX_LANES: u32 = 16;

/// The shortest salt in bytes, as RFC 9106 has it.
pub const MIN_SALT_BYTES: usize = 8;
/// The longest salt in bytes that the PHC string format can carry.
pub const MAX_SALT_BYTES: usize = 48;

/// Why a password cannot be hashed, or a hash not be checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// The salt is too short or too long.
    #[error("a salt has {MIN_SALT_BYTES} to {MAX_SALT_BYTES} bytes, not {0}")]
    SaltLength(usize),
    /// The password is longer than Argon2 takes (4 GiB).
    #[error("the password is too long")]
    PasswordTooLong,
    /// The stored text is not a PHC string, or not one of Argon2.
    #[error("the stored hash is not an Argon2 hash in PHC string format")]
    Malformed,
    /// The stored hash asks for more memory, passes or lanes than this crate spends.
    #[error("the stored hash costs more than is allowed: m={memory_kib},t={passes},p={lanes}")]
    TooExpensive {
        /// Memory in KiB.
        memory_kib: u32,
        /// Passes.
        passes: u32,
        /// Lanes.
        lanes: u32,
    },
}

/// Hashes a password with today's cost.
///
/// # Errors
/// [`PasswordError::SaltLength`], [`PasswordError::PasswordTooLong`].
pub fn hash(password: &[u8], salt: &[u8]) -> Result<String, PasswordError> {
    if !(MIN_SALT_BYTES..=MAX_SALT_BYTES).contains(&salt.len()) {
        return Err(PasswordError::SaltLength(salt.len()));
    }
    let salt = SaltString::encode_b64(salt).map_err(|_| PasswordError::SaltLength(salt.len()))?;
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|_| PasswordError::Malformed)?;
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password(password, &salt)
        .map(|hash| hash.to_string())
        .map_err(|_| PasswordError::PasswordTooLong)
}

/// Whether `password` is the one that `phc` was made from. Takes as long for a wrong password as for the right one.
///
/// # Errors
/// [`PasswordError::Malformed`] and [`PasswordError::TooExpensive`] speak of the stored hash, never of the password.
pub fn verify(phc: &str, password: &[u8]) -> Result<bool, PasswordError> {
    let hash = parse(phc)?;
    match Argon2::default().verify_password(password, &hash) {
        Ok(()) => Ok(true),
        Err(password_hash::Error::Password) => Ok(false),
        Err(_) => Err(PasswordError::Malformed),
    }
}

/// Whether a hash that was just verified should be made anew, since it is of another kind or cheaper than today's.
///
/// # Errors
/// As for [`verify`].
pub fn needs_rehash(phc: &str) -> Result<bool, PasswordError> {
    let hash = parse(phc)?;
    let params = Params::try_from(&hash).map_err(|_| PasswordError::Malformed)?;
    Ok(hash.algorithm != Algorithm::Argon2id.ident()
        || hash.version != Some(Version::V0x13.into())
        || params.m_cost() < MEMORY_KIB
        || params.t_cost() < PASSES)
}

fn parse(phc: &str) -> Result<PasswordHash<'_>, PasswordError> {
    let hash = PasswordHash::new(phc).map_err(|_| PasswordError::Malformed)?;
    Algorithm::try_from(hash.algorithm).map_err(|_| PasswordError::Malformed)?;
    if hash.hash.is_none() || hash.salt.is_none() {
        return Err(PasswordError::Malformed);
    }
    // Before `Params` reads them: it takes the last of several, and its arithmetic overflows for very many lanes.
    let memory_kib = cost(&hash, "m", Params::DEFAULT_M_COST)?;
    let passes = cost(&hash, "t", Params::DEFAULT_T_COST)?;
    let lanes = cost(&hash, "p", Params::DEFAULT_P_COST)?;
    let work_kib = u64::from(memory_kib) * u64::from(passes);
    if memory_kib > MAX_MEMORY_KIB || passes > MAX_PASSES || lanes > MAX_LANES || work_kib > MAX_WORK_KIB {
        return Err(PasswordError::TooExpensive {
            memory_kib,
            passes,
            lanes,
        });
    }
    Params::try_from(&hash).map_err(|_| PasswordError::Malformed)?;
    Ok(hash)
}

/// A parameter that is a number, or what it is where the string does not name it.
fn cost(hash: &PasswordHash<'_>, name: &str, default: u32) -> Result<u32, PasswordError> {
    let mut named = hash.params.iter().filter(|(found, _)| found.as_str() == name);
    match (named.next(), named.next()) {
        (None, _) => Ok(default),
        (Some((_, value)), None) => value.decimal().map_err(|_| PasswordError::Malformed),
        (Some(_), Some(_)) => Err(PasswordError::Malformed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SALT: &[u8] = b"sixteen bytes ok";

    #[test]
    fn a_hash_names_todays_cost_and_verifies_only_its_password() {
        let phc = hash(b"correct horse", SALT).unwrap();
        assert!(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{phc}");
        assert_eq!(verify(&phc, b"correct horse"), Ok(true));
        assert_eq!(verify(&phc, b"correct horsf"), Ok(false));
        assert_eq!(verify(&phc, b""), Ok(false));
        assert_eq!(needs_rehash(&phc), Ok(false));
    }

    #[test]
    fn the_salt_decides_the_hash_and_has_limits() {
        assert_ne!(hash(b"p", SALT), hash(b"p", b"another sixteen!"));
        assert_eq!(hash(b"p", b"short"), Err(PasswordError::SaltLength(5)));
        assert_eq!(hash(b"p", &[0; 49]), Err(PasswordError::SaltLength(49)));
        assert!(hash(b"p", &[0; 48]).is_ok());
    }

    /// Made by the reference implementation's command line tool: `echo -n password | argon2 somesalt -id -t 2 -m 16 -p 1 -e`.
    #[test]
    fn a_hash_of_the_reference_implementation_verifies() {
        let phc = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
        assert_eq!(verify(phc, b"password"), Ok(true));
        assert_eq!(verify(phc, b"Password"), Ok(false));
        assert_eq!(needs_rehash(phc), Ok(false));
    }

    #[test]
    fn cheaper_and_other_kinds_of_hashes_are_made_anew() {
        let cheap = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
        assert_eq!(verify(cheap, b"password"), Ok(true));
        assert_eq!(needs_rehash(cheap), Ok(true));
        let argon2i = "$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$wWKIMhR9lyDFvRz9YTZweHKfbftvj+qf+YFY4NeBbtA";
        assert_eq!(verify(argon2i, b"password"), Ok(true));
        assert_eq!(needs_rehash(argon2i), Ok(true));
    }

    #[test]
    fn text_that_is_no_hash_is_told_from_a_wrong_password() {
        let texts = [
            "",
            "$",
            "plain",
            "$2b$12$abcdefghijklmnopqrstuv",
            "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ",
            "$argon2id$v=19$m=256,t=2,p=1,p=2$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
            "$argon2id$v=19$m=256,t=2,p=x$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        ];
        for text in texts {
            assert_eq!(verify(text, b"p"), Err(PasswordError::Malformed), "{text}");
            assert_eq!(needs_rehash(text), Err(PasswordError::Malformed), "{text}");
        }
    }

    #[test]
    fn a_hash_that_costs_too_much_is_refused_before_work_is_spent() {
        // Too much memory; and too many passes over as much as is allowed.
        for (memory_kib, passes) in [(4_194_304, 2), (262_144, 5), (32_769, 32), (8, 33)] {
            let dear = format!(
                "$argon2id$v=19$m={memory_kib},t={passes},p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
            );
            let refusal = PasswordError::TooExpensive {
                memory_kib,
                passes,
                lanes: 1,
            };
            assert_eq!(verify(&dear, b"p"), Err(refusal));
            assert_eq!(needs_rehash(&dear), Err(refusal));
        }
    }

    #[test]
    fn a_number_of_lanes_that_overflows_is_refused() {
        let phc = "$argon2id$v=19$m=125,t=2,p=547409929$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
        assert!(matches!(
            verify(phc, b"p"),
            Err(PasswordError::TooExpensive { lanes: 547_409_929, .. })
        ));
    }

    #[test]
    fn a_hash_of_the_highest_cost_is_read() {
        for cost in ["m=262144,t=4,p=16", "m=32768,t=32,p=1"] {
            let phc = format!("$argon2id$v=19${cost}$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc");
            assert_eq!(needs_rehash(&phc), Ok(false));
        }
    }
}
