use super::{bytes, call, empty, handle, taken, text, view, NULL_VIEW};
use crate::olm_backup::*;
use crate::status::Status;

#[test]
fn a_backup_is_read_with_its_key() {
    let key = handle(|out| call!(hybrid_olm_backup_key_new(out))).unwrap();
    let public = |key: *mut OlmBackupKeyHandle| text(|out| call!(hybrid_olm_backup_key_public_key(key, out)));
    let encrypt = |public: &str, plaintext: &str| {
        let (mut mac, mut ephemeral) = (empty(), empty());
        let ciphertext = text(|out| {
            call!(hybrid_olm_backup_encrypt(
                view(public),
                view(plaintext),
                out,
                &mut mac,
                &mut ephemeral
            ))
        });
        let rest = [mac, ephemeral].map(|buffer| String::from_utf8(taken(buffer)).unwrap());
        ciphertext.map(|ciphertext| (ciphertext, rest))
    };
    let (ciphertext, [mac, ephemeral]) = encrypt(&public(key).unwrap(), "session").unwrap();
    assert!(encrypt(&public(key).unwrap(), "").is_ok());
    assert_eq!(encrypt("no key", "session").err(), Some(Status::OlmInvalidKey));

    let decrypt = |key: *mut OlmBackupKeyHandle, ciphertext: &str, mac: &str, ephemeral: &str| {
        bytes(|out| {
            call!(hybrid_olm_backup_key_decrypt(
                key,
                view(ciphertext),
                view(mac),
                view(ephemeral),
                out
            ))
        })
    };
    assert_eq!(
        decrypt(key, &ciphertext, &mac, &ephemeral).as_deref(),
        Ok(&b"session"[..])
    );
    for (ciphertext, mac, ephemeral) in [
        ("?", mac.as_str(), ephemeral.as_str()),
        (&ciphertext, "?", &ephemeral),
        (&ciphertext, "", &ephemeral),
        (&ciphertext, &mac, ""),
        ("", &mac, &ephemeral),
    ] {
        assert!(decrypt(key, ciphertext, mac, ephemeral).is_err());
    }
    assert_eq!(
        decrypt(std::ptr::null_mut(), "", "", ""),
        Err(Status::NullPointer),
        "a key that is not there"
    );

    let secret = bytes(|out| call!(hybrid_olm_backup_key_bytes(key, out))).unwrap();
    let restore = |bytes: &[u8]| handle(|out| call!(hybrid_olm_backup_key_from_bytes(view(bytes), out)));
    let again = restore(&secret).unwrap();
    assert_eq!(public(again), public(key));
    assert!(restore(&secret[1..]).is_err() && restore(&[]).is_err());
    assert_eq!(
        handle(|out| call!(hybrid_olm_backup_key_from_bytes(NULL_VIEW, out))).err(),
        Some(Status::NullPointer)
    );

    let pickle = text(|out| call!(hybrid_olm_backup_key_to_libolm_pickle(key, view("k"), out))).unwrap();
    let unpickle = |pickle: &[u8], key: &str| {
        handle(|out| call!(hybrid_olm_backup_key_from_libolm_pickle(view(pickle), view(key), out)))
    };
    let unpickled = unpickle(pickle.as_bytes(), "k").unwrap();
    assert_eq!(public(unpickled), public(key));
    assert_eq!(
        unpickle(pickle.as_bytes(), "other").err(),
        Some(Status::OlmInvalidPickle)
    );
    assert_eq!(unpickle(b"\xff", "k").err(), Some(Status::InvalidUtf8));
    for key in [key, again, unpickled, std::ptr::null_mut()] {
        call!(hybrid_olm_backup_key_free(key));
    }
}
