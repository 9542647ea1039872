use super::{bytes, call, empty, handle, taken, text, value, view};
use crate::olm_ecies::*;
use crate::status::Status;

type Channel = *mut OlmEstablishedEciesHandle;

#[test]
fn two_devices_open_a_channel() {
    let alice = handle(|out| call!(hybrid_olm_ecies_new(out))).unwrap();
    let bob = handle(|out| call!(hybrid_olm_ecies_new(out))).unwrap();
    let bobs_key = text(|out| call!(hybrid_olm_ecies_public_key(bob, out))).unwrap();
    let open = |side: *mut OlmEciesHandle, key: &str| -> Result<(Channel, Vec<u8>), Status> {
        let mut message = empty();
        let channel = handle(|out| {
            call!(hybrid_olm_ecies_establish_outbound_channel(
                side,
                view(key),
                view("hello"),
                out,
                &mut message
            ))
        });
        let message = taken(message);
        channel.map(|channel| (channel, message))
    };
    let accept = |side: *mut OlmEciesHandle, message: &[u8]| -> Result<(Channel, Vec<u8>), Status> {
        let mut plaintext = empty();
        let channel = handle(|out| {
            call!(hybrid_olm_ecies_establish_inbound_channel(
                side,
                view(message),
                out,
                &mut plaintext
            ))
        });
        let plaintext = taken(plaintext);
        channel.map(|channel| (channel, plaintext))
    };
    let (alices, message) = open(alice, &bobs_key).unwrap();
    assert_eq!(open(alice, &bobs_key).err(), Some(Status::OlmKeyAlreadyUsed));
    let (bobs, plaintext) = accept(bob, &message).unwrap();
    assert_eq!(plaintext, b"hello");
    assert_eq!(accept(bob, &message).err(), Some(Status::OlmKeyAlreadyUsed));

    // For another purpose, another channel; and what is malformed opens none.
    for wrong in [message.as_slice(), b"", b"?|?", b"\xff"] {
        let other = handle(|out| call!(hybrid_olm_ecies_with_info(view("other"), out))).unwrap();
        assert!(accept(other, wrong).is_err());
        call!(hybrid_olm_ecies_free(other));
    }
    let other = handle(|out| call!(hybrid_olm_ecies_with_info(view("other"), out))).unwrap();
    assert_eq!(open(other, "no key").err(), Some(Status::OlmInvalidKey));

    let code = |channel: Channel| value(|out: *mut u8| call!(hybrid_olm_established_ecies_check_code(channel, out)));
    let code_bytes = |channel: Channel| bytes(|out| call!(hybrid_olm_established_ecies_check_code_bytes(channel, out)));
    assert_eq!((code(alices), code_bytes(alices)), (code(bobs), code_bytes(bobs)));
    assert_eq!(code_bytes(bobs).unwrap().len(), 2);
    assert!(text(|out| call!(hybrid_olm_established_ecies_public_key(alices, out))).is_ok());

    let encrypt = |channel: Channel, plaintext: &str| {
        text(|out| call!(hybrid_olm_established_ecies_encrypt(channel, view(plaintext), out)))
    };
    let decrypt = |channel: Channel, message: &[u8]| {
        bytes(|out| call!(hybrid_olm_established_ecies_decrypt(channel, view(message), out)))
    };
    let answer = encrypt(bobs, "answer").unwrap();
    assert_eq!(decrypt(alices, answer.as_bytes()).as_deref(), Ok(&b"answer"[..]));
    assert!(decrypt(alices, answer.as_bytes()).is_err(), "a message counts once");
    assert_eq!(decrypt(alices, b"\xff"), Err(Status::InvalidUtf8));
    assert_eq!(encrypt(std::ptr::null_mut(), ""), Err(Status::NullPointer));
    for side in [alice, bob, other] {
        call!(hybrid_olm_ecies_free(side));
    }
    for channel in [alices, bobs, std::ptr::null_mut()] {
        call!(hybrid_olm_established_ecies_free(channel));
    }
}
