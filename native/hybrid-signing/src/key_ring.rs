use std::collections::HashMap;

use hybrid_json::{parse_object, Limits, Object, Strictness};

use crate::key::{Error, PublicKey};

/// Keys of servers, as far as they are known.
#[derive(Default)]
pub struct KeyRing {
    servers: HashMap<String, HashMap<String, ServerKey>>,
}

/// A key of a server.
pub struct ServerKey {
    /// The key.
    pub key: PublicKey,
    /// Until when it is valid, in milliseconds since the epoch: the server's `valid_until_ts`, or the `expired_ts` of an old key.
    pub valid_until: i64,
}

impl KeyRing {
    /// Reads `{"server": {"ed25519:1": {"key": "base64", "valid_until_ts": 1760000000000}}}`. Keys that are none are left out:
    /// they verify nothing, and shall not keep the others from doing so.
    ///
    /// # Errors
    /// [`Error::KeyRing`] for anything of another shape.
    pub fn parse(json: &[u8]) -> Result<Self, Error> {
        let ring = parse_object(json, Strictness::Strict, Limits::default()).map_err(|_| Error::KeyRing)?;
        let mut servers = HashMap::with_capacity(ring.len());
        for (server, keys) in ring.iter() {
            servers.insert(server.to_owned(), read_keys(keys.as_object().ok_or(Error::KeyRing)?)?);
        }
        Ok(Self { servers })
    }

    /// The key of a server with this ID.
    pub fn find(&self, server: &str, key_id: &str) -> Option<&ServerKey> {
        self.servers.get(server)?.get(key_id)
    }
}

fn read_keys(keys: &Object<'_>) -> Result<HashMap<String, ServerKey>, Error> {
    let mut read = HashMap::with_capacity(keys.len());
    for (id, entry) in keys.iter() {
        let entry = entry.as_object().ok_or(Error::KeyRing)?;
        let text = entry.get_str("key").ok_or(Error::KeyRing)?;
        let valid_until = entry
            .get("valid_until_ts")
            .and_then(|value| value.as_integer())
            .ok_or(Error::KeyRing)?;
        if let Ok(key) = PublicKey::from_base64(text) {
            read.insert(id.to_owned(), ServerKey { key, valid_until });
        }
    }
    Ok(read)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base64;
    use crate::key::SigningKey;

    #[test]
    fn keys_are_found_by_server_and_id_and_bad_ones_are_left_out() {
        let public = SigningKey::from_seed(&[1; 32], "1").unwrap().public_key();
        let json = format!(
            r#"{{"a.org":{{"ed25519:1":{{"key":"{}","valid_until_ts":5}},"ed25519:2":{{"key":"short","valid_until_ts":5}}}},"b.org":{{}}}}"#,
            base64::encode(&public)
        );
        let ring = KeyRing::parse(json.as_bytes()).unwrap();
        assert_eq!(ring.find("a.org", "ed25519:1").unwrap().valid_until, 5);
        assert!(ring.find("a.org", "ed25519:2").is_none());
        assert!(ring.find("b.org", "ed25519:1").is_none());
        assert!(ring.find("c.org", "ed25519:1").is_none());
    }

    #[test]
    fn another_shape_is_refused() {
        for json in [
            "",
            "[]",
            r#"{"a":1}"#,
            r#"{"a":{"k":1}}"#,
            r#"{"a":{"k":{"key":"x"}}}"#,
            r#"{"a":{"k":{"valid_until_ts":1}}}"#,
        ] {
            assert_eq!(KeyRing::parse(json.as_bytes()).err(), Some(Error::KeyRing), "{json}");
        }
    }
}
