//! Base64 as Matrix uses it: written without padding, read with or without.

use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, Engine, GeneralPurpose, GeneralPurposeConfig};

// Other servers' libraries leave trailing bits set now and then; signatures over the text protect it anyway.
const CONFIG: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_encode_padding(false)
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const ORDINARY: GeneralPurpose = GeneralPurpose::new(&STANDARD, CONFIG);
const FOR_URLS: GeneralPurpose = GeneralPurpose::new(&URL_SAFE, CONFIG);

/// Base64 with `+` and `/`.
pub fn encode(bytes: &[u8]) -> String {
    ORDINARY.encode(bytes)
}

/// Base64 with `-` and `_`.
pub fn encode_url_safe(bytes: &[u8]) -> String {
    FOR_URLS.encode(bytes)
}

/// The bytes of base64 with `+` and `/`, or nothing if it is none.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    ORDINARY.decode(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padding_is_never_written_and_always_read() {
        // https://spec.matrix.org/v1.16/appendices/#unpadded-base64
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg"),
            ("fo", "Zm8"),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg"),
            ("fooba", "Zm9vYmE"),
        ] {
            assert_eq!(encode(bytes.as_bytes()), text);
            assert_eq!(decode(text).as_deref(), Some(bytes.as_bytes()));
        }
        assert_eq!(decode("Zg==").as_deref(), Some(&b"f"[..]));
        assert_eq!(encode_url_safe(&[0xFB, 0xFF]), "-_8");
        assert_eq!(encode(&[0xFB, 0xFF]), "+/8");
        for invalid in ["-_8", "Z", "Zm 9v", "Zg=g"] {
            assert_eq!(decode(invalid), None);
        }
    }
}
