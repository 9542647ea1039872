//! Push rules. See `hybrid_push`.

use std::sync::Arc;

use hybrid_push::{Evaluator, Event, Member, PushError, Room, Rule, RuleSet};

use crate::boundary::{boundary, Failure};
use crate::status::Status;
use crate::views::{borrow, ByteView, Out, OwnedBuffer};

/// A compiled rule set. Audiences share it: it lives until the last of them and the handle are gone.
pub struct PushRulesHandle(pub(crate) Arc<RuleSet>);

/// A member to evaluate for.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct PushMemberView {
    /// The user ID.
    pub user_id: ByteView,
    /// The name in the room; empty if there is none, or if the rules do not read it.
    pub display_name: ByteView,
    /// The rules that speak for the member.
    pub rules: *const PushRulesHandle,
}

/// What push rules know of a room.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct PushRoomView {
    /// How many members are joined.
    pub joined_members: i64,
    /// The power level of the event's sender.
    pub sender_power_level: i64,
    /// The content of `m.room.power_levels`, or empty.
    pub power_levels: ByteView,
}

impl From<PushError> for Failure {
    fn from(error: PushError) -> Self {
        let status = match error {
            PushError::Event(_) => Status::PushEventMalformed,
            PushError::Rules(_) | PushError::MissingPattern(_) => Status::PushRulesMalformed,
        };
        Self::new(status, error)
    }
}

impl PushMemberView {
    /// # Safety
    /// The views are readable and the rules alive for `'a`.
    unsafe fn member<'a>(&self) -> Result<Member<'a, 'a>, Failure> {
        // SAFETY: the caller's promise.
        let (user_id, name, rules) = unsafe { (self.user_id.text()?, self.display_name.text()?, borrow(self.rules)?) };
        Ok(Member {
            user_id,
            display_name: Some(name).filter(|name| !name.is_empty()),
            rules: &rules.0,
        })
    }
}

impl PushRoomView {
    /// # Safety
    /// The view is readable for `'a`.
    pub(crate) unsafe fn room<'a>(&self) -> Result<Room<'a>, Failure> {
        // SAFETY: the caller's promise.
        let power_levels = unsafe { self.power_levels.bytes()? };
        Ok(Room {
            joined_members: self.joined_members,
            sender_power_level: self.sender_power_level,
            power_levels,
        })
    }
}

/// Compiles the rules of a user. `out_reads_display_name` becomes 1 if they look at display names.
///
/// # Safety
/// The views are readable for the call, both results are writable. The handle goes back to `hybrid_push_rules_free`.
#[no_mangle]
pub unsafe extern "C" fn hybrid_push_rules_compile(
    json: ByteView,
    user_id: ByteView,
    out: *mut *mut PushRulesHandle,
    out_reads_display_name: *mut u8,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (json, user_id) = unsafe { (json.bytes()?, user_id.text()?) };
        // SAFETY: the caller's promise.
        let (out, reads) = unsafe { (Out::new(out)?, Out::new(out_reads_display_name)?) };
        let rules = RuleSet::compile_for(json, user_id)?;
        reads.write(rules.reads_display_name());
        out.write(Box::into_raw(Box::new(PushRulesHandle(Arc::new(rules)))));
        Ok(())
    })
}

/// Compiles the default rules in the form that all users can share.
///
/// # Safety
/// `out` is writable. The handle goes back to `hybrid_push_rules_free`.
#[no_mangle]
pub unsafe extern "C" fn hybrid_push_rules_shared_default(out: *mut *mut PushRulesHandle) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let out = unsafe { Out::new(out)? };
        out.write(Box::into_raw(Box::new(PushRulesHandle(Arc::new(
            RuleSet::shared_default()?,
        )))));
        Ok(())
    })
}

/// Frees a rule set. Null is ignored.
///
/// # Safety
/// The handle came from this library, is given back once, and no call uses it.
#[no_mangle]
pub unsafe extern "C" fn hybrid_push_rules_free(handle: *mut PushRulesHandle) {
    if !handle.is_null() {
        // SAFETY: the caller's promise.
        drop(unsafe { Box::from_raw(handle) });
    }
}

/// The default rules of a user as JSON.
///
/// # Safety
/// The view is readable for the call, `out` is writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_push_default_rules(user_id: ByteView, out: *mut OwnedBuffer) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (user_id, out) = unsafe { (user_id.text()?, Out::new(out)?) };
        out.write(hybrid_push::default_rules(user_id).into_bytes());
        Ok(())
    })
}

/// The actions of the rule that decides for one member, as a JSON array; empty array if no rule matches.
///
/// # Safety
/// All views and the member's rules are readable for the call, `out` is writable.
#[no_mangle]
pub unsafe extern "C" fn hybrid_push_actions(
    event: ByteView,
    room: PushRoomView,
    member: PushMemberView,
    out: *mut OwnedBuffer,
) -> Status {
    boundary(|| {
        // SAFETY: the caller's promise.
        let (event, room, member, out) = unsafe { (event.bytes()?, room.room()?, member.member()?, Out::new(out)?) };
        let event = Event::parse(event)?;
        let rule = Evaluator::new(&event, room).matching_rule(&member);
        out.write(rule.map_or("[]", Rule::actions_json).to_owned().into_bytes());
        Ok(())
    })
}
