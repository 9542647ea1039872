//! Dehydrated devices (MSC3814): an account that waits on the server and receives keys while no device of its user is there.

use vodozemac::olm;

use crate::account::Account;
use crate::error::OlmError;
use crate::pickle_key;

/// An encrypted account without sessions. Both in unpadded base64.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DehydratedDevice {
    /// The `device_pickle` of the `device_data`.
    pub ciphertext: String,
    /// The `nonce` of the `device_data`.
    pub nonce: String,
}

impl Account {
    /// The account as a dehydrated device, encrypted with a key of 32 bytes. It must be new: sessions are not in it.
    ///
    /// # Errors
    /// [`OlmError::PickleKeyLength`]; [`OlmError::DehydratedDevice`] for an account from libolm, which has no seed.
    pub fn to_dehydrated_device(&self, key: &[u8]) -> Result<DehydratedDevice, OlmError> {
        let device = self.0.to_dehydrated_device(pickle_key(key)?)?;
        Ok(DehydratedDevice {
            ciphertext: device.ciphertext,
            nonce: device.nonce,
        })
    }

    /// The account of a dehydrated device. Its keys count as published.
    ///
    /// # Errors
    /// [`OlmError::PickleKeyLength`], [`OlmError::DehydratedDevice`].
    pub fn from_dehydrated_device(ciphertext: &str, nonce: &str, key: &[u8]) -> Result<Self, OlmError> {
        let account = olm::Account::from_dehydrated_device(ciphertext, nonce, pickle_key(key)?)?;
        Ok(Self(account))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::kind;
    use crate::OlmErrorKind;

    #[test]
    fn an_account_sleeps_and_wakes() {
        let key = [7; 32];
        let mut account = Account::new();
        account.generate_one_time_keys(3).unwrap();
        let DehydratedDevice { ciphertext, nonce } = account.to_dehydrated_device(&key).unwrap();

        let woken = Account::from_dehydrated_device(&ciphertext, &nonce, &key).unwrap();
        assert_eq!(woken.ed25519_key(), account.ed25519_key());
        assert_eq!(woken.curve25519_key(), account.curve25519_key());
        assert_eq!(
            (woken.stored_one_time_keys(), woken.one_time_keys().as_str()),
            (3, "{}")
        );

        assert_eq!(
            kind(account.to_dehydrated_device(&key[1..])),
            OlmErrorKind::InvalidArgument
        );
        for (ciphertext, nonce, key) in [
            (ciphertext.as_str(), nonce.as_str(), [8; 32]),
            (&ciphertext, "", key),
            ("", &nonce, key),
            ("!", &nonce, key),
            (&ciphertext, "!", key),
        ] {
            assert_eq!(
                kind(Account::from_dehydrated_device(ciphertext, nonce, &key)),
                OlmErrorKind::InvalidPickle
            );
        }
    }
}
