use super::{bytes, call, handle, text, value, view};
use crate::olm_group_session::*;
use crate::olm_inbound_group_session::*;
use crate::status::Status;

const KEY: [u8; 32] = [7; 32];

#[test]
fn a_group_session_is_read_by_its_receivers() {
    let session = handle(|out| call!(hybrid_olm_group_session_new(out))).unwrap();
    let key = text(|out| call!(hybrid_olm_group_session_session_key(session, out))).unwrap();
    let message = text(|out| call!(hybrid_olm_group_session_encrypt(session, view("hello"), out))).unwrap();
    assert_eq!(
        value(|out: *mut u32| call!(hybrid_olm_group_session_message_index(session, out))),
        Ok(1)
    );
    let pickle = text(|out| call!(hybrid_olm_group_session_pickle(session, view(&KEY), out))).unwrap();
    let again = handle(|out| call!(hybrid_olm_group_session_from_pickle(view(&pickle), view(&KEY), out))).unwrap();
    let id = |session: *mut OlmGroupSessionHandle| text(|out| call!(hybrid_olm_group_session_id(session, out)));
    assert_eq!(id(again), id(session));
    call!(hybrid_olm_group_session_free(again));
    assert_eq!(
        handle(|out| call!(hybrid_olm_group_session_from_libolm_pickle(view("?"), view("k"), out))).err(),
        Some(Status::OlmInvalidPickle)
    );

    let receive = |key: &str| handle(|out| call!(hybrid_olm_inbound_group_session_new(view(key), out)));
    let inbound = receive(&key).unwrap();
    assert_eq!(receive("AAAA").err(), Some(Status::OlmInvalidSessionKey));
    assert_eq!(
        text(|out| call!(hybrid_olm_inbound_group_session_id(inbound, out))),
        id(session)
    );
    let decrypt = |message: &str| {
        let mut index = 9;
        bytes(|out| {
            call!(hybrid_olm_inbound_group_session_decrypt(
                inbound,
                view(message),
                out,
                &mut index
            ))
        })
        .map(|plaintext| (plaintext, index))
    };
    assert_eq!(decrypt(&message), Ok((b"hello".to_vec(), 0)));
    assert_eq!(decrypt("?"), Err(Status::OlmMalformedMessage));

    let export = |index| text(|out| call!(hybrid_olm_inbound_group_session_export_at(inbound, index, out)));
    assert_eq!(
        text(|out| {
            call!(hybrid_olm_inbound_group_session_export_at_first_known_index(
                inbound, out
            ))
        }),
        export(0)
    );
    let imported =
        handle(|out| call!(hybrid_olm_inbound_group_session_import(view(&export(1).unwrap()), out))).unwrap();
    assert_eq!(
        value(|out: *mut u32| call!(hybrid_olm_inbound_group_session_first_known_index(imported, out))),
        Ok(1)
    );
    let mut ordering = std::mem::MaybeUninit::uninit();
    let compared = call!(hybrid_olm_inbound_group_session_compare(
        inbound,
        imported,
        ordering.as_mut_ptr()
    ));
    assert_eq!(compared, Status::Ok);
    let merged = handle(|out| call!(hybrid_olm_inbound_group_session_merge(inbound, imported, out))).unwrap();
    assert_eq!(
        value(|out: *mut u8| call!(hybrid_olm_inbound_group_session_advance_to(inbound, 5, out))),
        Ok(1)
    );
    assert_eq!(export(1), Err(Status::OlmUnknownMessageIndex));

    let pickle = text(|out| call!(hybrid_olm_inbound_group_session_pickle(merged, view(&KEY), out))).unwrap();
    let restore = |key: &[u8]| {
        handle(|out| {
            call!(hybrid_olm_inbound_group_session_from_pickle(
                view(&pickle),
                view(key),
                out
            ))
        })
    };
    let again = restore(&KEY).unwrap();
    assert_eq!(restore(&[8; 32]).err(), Some(Status::OlmInvalidPickle));
    assert_eq!(
        handle(|out| {
            call!(hybrid_olm_inbound_group_session_from_libolm_pickle(
                view("?"),
                view("k"),
                out
            ))
        })
        .err(),
        Some(Status::OlmInvalidPickle)
    );
    let other = handle(|out| call!(hybrid_olm_group_session_new(out))).unwrap();
    let other_key = text(|out| call!(hybrid_olm_group_session_session_key(other, out))).unwrap();
    let stranger = receive(&other_key).unwrap();
    assert_eq!(
        handle(|out| call!(hybrid_olm_inbound_group_session_merge(inbound, stranger, out))).err(),
        Some(Status::OlmUnconnectedSessions)
    );
    for session in [inbound, imported, merged, again, stranger] {
        call!(hybrid_olm_inbound_group_session_free(session));
    }
    call!(hybrid_olm_group_session_free(session));
    call!(hybrid_olm_group_session_free(other));
}
