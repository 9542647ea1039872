use super::{bytes, call, handle, text, value, view, NULL_VIEW};
use crate::push::{
    hybrid_push_actions, hybrid_push_default_rules, hybrid_push_rules_compile, hybrid_push_rules_free,
    hybrid_push_rules_shared_default, PushMemberView, PushRoomView, PushRulesHandle,
};
use crate::push_audience::{
    hybrid_push_audience_create, hybrid_push_audience_evaluate, hybrid_push_audience_free, hybrid_push_audience_remove,
    hybrid_push_audience_set,
};
use crate::status::Status;

const EVENT: &str = r#"{"type":"m.room.message","sender":"@s:a","room_id":"!r:a","content":{"body":"cake for Bob"}}"#;
const RULES: &str = r#"{"content":[{"rule_id":"c","pattern":"cake","actions":["notify"]}],
    "override":[{"rule_id":"n","actions":["notify"],"conditions":[{"kind":"contains_display_name"}]}]}"#;
const ROOM: PushRoomView = PushRoomView {
    joined_members: 3,
    sender_power_level: 50,
    power_levels: NULL_LEVELS,
};
const NULL_LEVELS: crate::views::ByteView = crate::views::ByteView {
    ptr: std::ptr::null(),
    len: 0,
};

fn compile(json: &str) -> Result<*mut PushRulesHandle, Status> {
    let mut reads_display_name = 9;
    handle(|out| {
        call!(hybrid_push_rules_compile(
            view(json),
            view("@me:a"),
            out,
            &mut reads_display_name
        ))
    })
    .inspect(|_| assert!(reads_display_name <= 1))
}

#[test]
fn rules_are_compiled_and_evaluated() {
    let own = compile(RULES).unwrap();
    let shared = handle(|out| call!(hybrid_push_rules_shared_default(out))).unwrap();
    assert_eq!(compile("[]").err(), Some(Status::PushRulesMalformed));
    let defaults = text(|out| call!(hybrid_push_default_rules(view("@me:a"), out))).unwrap();
    let compiled = compile(&defaults).unwrap();

    let member = |rules| PushMemberView {
        user_id: view("@me:a"),
        display_name: view("Bob"),
        rules,
    };
    let actions = |event: &str, rules| text(|out| call!(hybrid_push_actions(view(event), ROOM, member(rules), out)));
    assert_eq!(actions(EVENT, own).as_deref(), Ok(r#"["notify"]"#));
    assert_eq!(actions("[]", own), Err(Status::PushEventMalformed));
    assert_eq!(actions(EVENT, std::ptr::null_mut()), Err(Status::NullPointer));

    let audience = handle(|out| call!(hybrid_push_audience_create(view("!r:a"), out))).unwrap();
    for round in 0..100 {
        let names: Vec<String> = (0..3).map(|number| format!("@m{}:a", round * 2 + number)).collect();
        let mut members: Vec<PushMemberView> = names.iter().map(|_| member(own)).collect();
        for (member, name) in members.iter_mut().zip(&names) {
            member.user_id = view(name);
        }
        members[1].rules = shared;
        let mut numbers = [u32::MAX; 3];
        let set = call!(hybrid_push_audience_set(
            audience,
            members.as_ptr(),
            3,
            numbers.as_mut_ptr()
        ));
        assert_eq!(set, Status::Ok);
        members[2].user_id = NULL_VIEW;
        let refused = call!(hybrid_push_audience_set(
            audience,
            members.as_ptr(),
            3,
            numbers.as_mut_ptr()
        ));
        assert_eq!(refused, Status::NullPointer);
        let removed = value(|out: *mut u32| call!(hybrid_push_audience_remove(audience, view(&names[0]), out)));
        assert_eq!(removed, Ok(numbers[0]));
    }
    // The audience keeps what it needs of the rules.
    call!(hybrid_push_rules_free(own));
    let mut everyone = 9;
    let exceptions = bytes(|out| {
        call!(hybrid_push_audience_evaluate(
            audience,
            view(EVENT),
            ROOM,
            &mut everyone,
            out
        ))
    })
    .unwrap();
    assert_eq!((everyone, exceptions.len() % 5), (1, 0));
    assert_eq!(
        bytes(|out| {
            call!(hybrid_push_audience_evaluate(
                audience,
                view("x"),
                ROOM,
                &mut everyone,
                out
            ))
        }),
        Err(Status::PushEventMalformed)
    );
    call!(hybrid_push_audience_free(audience));
    call!(hybrid_push_rules_free(shared));
    call!(hybrid_push_rules_free(compiled));
}
