//! The secure channel of QR code login (MSC4108): two devices of which one has seen the other's key on a screen.

use vodozemac::ecies::{self, InitialMessage, Message};
use vodozemac::Curve25519PublicKey;

use crate::error::OlmError;

/// One side before the channel stands.
pub struct Ecies {
    public_key: Curve25519PublicKey,
    /// Gone once it is used.
    secret: Option<ecies::Ecies>,
}

/// One side of a channel.
pub struct EstablishedEcies(ecies::EstablishedEcies);

/// What the initiator has after its step.
pub struct OutboundChannel {
    /// The channel.
    pub channel: EstablishedEcies,
    /// The message from which the other side makes its end.
    pub initial_message: String,
}

/// What the recipient has after its step.
pub struct InboundChannel {
    /// The channel.
    pub channel: EstablishedEcies,
    /// What the initial message says.
    pub plaintext: Vec<u8>,
}

impl Default for Ecies {
    fn default() -> Self {
        ecies::Ecies::new().into()
    }
}

impl From<ecies::Ecies> for Ecies {
    fn from(secret: ecies::Ecies) -> Self {
        Self {
            public_key: secret.public_key(),
            secret: Some(secret),
        }
    }
}

impl Ecies {
    /// A side with a new key, for QR code login.
    pub fn new() -> Self {
        Self::default()
    }

    /// A side with a new key, for another purpose that both sides name alike.
    pub fn with_info(info: &str) -> Self {
        ecies::Ecies::with_info(info).into()
    }

    /// The key for the other side, for instance in a QR code.
    pub fn public_key(&self) -> String {
        self.public_key.to_base64()
    }

    /// Opens a channel to the owner of a key that came by a way that can be trusted. Uses the own key up.
    ///
    /// # Errors
    /// [`OlmError::Key`], which uses up nothing; [`OlmError::KeyAlreadyUsed`]; [`OlmError::Ecies`].
    pub fn establish_outbound_channel(
        &mut self,
        their_key: &str,
        initial_plaintext: &[u8],
    ) -> Result<OutboundChannel, OlmError> {
        let their_key = Curve25519PublicKey::from_base64(their_key)?;
        let result = self.take()?.establish_outbound_channel(their_key, initial_plaintext)?;
        Ok(OutboundChannel {
            channel: EstablishedEcies(result.ecies),
            initial_message: result.message.encode(),
        })
    }

    /// Accepts a channel from its initial message. Uses the own key up. Who opened it must still be made sure with the
    /// check code.
    ///
    /// # Errors
    /// [`OlmError::EciesMessage`], which uses up nothing; [`OlmError::KeyAlreadyUsed`]; [`OlmError::Ecies`].
    pub fn establish_inbound_channel(&mut self, initial_message: &str) -> Result<InboundChannel, OlmError> {
        let message = InitialMessage::decode(initial_message)?;
        let result = self.take()?.establish_inbound_channel(&message)?;
        Ok(InboundChannel {
            channel: EstablishedEcies(result.ecies),
            plaintext: result.message,
        })
    }

    fn take(&mut self) -> Result<ecies::Ecies, OlmError> {
        self.secret.take().ok_or(OlmError::KeyAlreadyUsed)
    }
}

impl EstablishedEcies {
    /// The own key.
    pub fn public_key(&self) -> String {
        self.0.public_key().to_base64()
    }

    /// The number, 0 to 99, that one device shows and the other asks for.
    pub fn check_code(&self) -> u8 {
        self.0.check_code().to_digit()
    }

    /// The two bytes that the number is made of.
    pub fn check_code_bytes(&self) -> [u8; 2] {
        *self.0.check_code().as_bytes()
    }

    /// Encrypts a message.
    pub fn encrypt(&mut self, plaintext: &[u8]) -> String {
        self.0.encrypt(plaintext).encode()
    }

    /// Decrypts the next message. Messages are counted: each can be read once, in the order in which they were encrypted. A
    /// message that cannot be decrypted counts, too, and the channel is then of no more use.
    ///
    /// # Errors
    /// [`OlmError::EciesMessage`], which counts nothing; [`OlmError::Ecies`].
    pub fn decrypt(&mut self, message: &str) -> Result<Vec<u8>, OlmError> {
        Ok(self.0.decrypt(&Message::decode(message)?)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::kind;
    use crate::OlmErrorKind;

    #[test]
    fn a_channel_carries_both_ways_in_order() {
        let (mut opener, mut accepter) = (Ecies::new(), Ecies::new());
        let OutboundChannel {
            channel: mut s,
            initial_message,
        } = opener
            .establish_outbound_channel(&accepter.public_key(), b"initiate")
            .unwrap();
        let InboundChannel {
            channel: mut g,
            plaintext,
        } = accepter.establish_inbound_channel(&initial_message).unwrap();
        assert_eq!(plaintext, b"initiate");
        assert_eq!(s.check_code_bytes(), g.check_code_bytes());
        assert!(s.check_code() == g.check_code() && s.check_code() < 100);
        assert_eq!(g.public_key(), accepter.public_key());

        let (first, second) = (s.encrypt(b"first"), s.encrypt(b"second"));
        assert_eq!(kind(g.decrypt("!")), OlmErrorKind::MalformedMessage);
        assert_eq!(g.decrypt(&first).unwrap(), b"first");
        assert_eq!(g.decrypt(&second).unwrap(), b"second");
        assert_eq!(s.decrypt(&g.encrypt(b"answer")).unwrap(), b"answer");
        assert_eq!(kind(g.decrypt(&first)), OlmErrorKind::DecryptionFailed);
    }

    #[test]
    fn a_key_serves_once_and_what_is_malformed_does_not_use_it_up() {
        let (mut opener, mut accepter) = (Ecies::new(), Ecies::new());
        assert_eq!(
            kind(opener.establish_outbound_channel("!", b"")),
            OlmErrorKind::InvalidKey
        );
        for garbage in ["", "!", "AAAA", "|", "AAAA|AAAA"] {
            assert_eq!(
                kind(accepter.establish_inbound_channel(garbage)),
                OlmErrorKind::MalformedMessage
            );
        }
        let outbound = opener.establish_outbound_channel(&accepter.public_key(), b"").unwrap();
        assert_eq!(
            kind(opener.establish_outbound_channel(&accepter.public_key(), b"")),
            OlmErrorKind::KeyAlreadyUsed
        );
        assert!(accepter.establish_inbound_channel(&outbound.initial_message).is_ok());
        assert_eq!(
            kind(accepter.establish_inbound_channel(&outbound.initial_message)),
            OlmErrorKind::KeyAlreadyUsed
        );
    }

    #[test]
    fn purposes_are_kept_apart_and_bad_keys_refused() {
        let (mut opener, mut accepter) = (Ecies::with_info("ONE"), Ecies::with_info("OTHER"));
        let outbound = opener.establish_outbound_channel(&accepter.public_key(), b"").unwrap();
        assert_eq!(
            kind(accepter.establish_inbound_channel(&outbound.initial_message)),
            OlmErrorKind::DecryptionFailed
        );
        let zero = "A".repeat(43);
        assert_eq!(
            kind(Ecies::new().establish_outbound_channel(&zero, b"")),
            OlmErrorKind::NonContributoryKey
        );
        assert_eq!(
            kind(Ecies::new().establish_inbound_channel(&format!("AAAA|{zero}"))),
            OlmErrorKind::NonContributoryKey
        );
    }
}
