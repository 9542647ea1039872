//! The C functions of Hybrid's native core, and nothing else: this crate turns pointers into slices, results and panics
//! into statuses, and owns no logic.
//!
//! Conventions. Input is a [`ByteView`](views::ByteView) that the caller keeps readable for the call. Results are written
//! through pointers named `out…`, which are checked before any work is done and are left untouched on failure. Every
//! fallible function returns a [`Status`](status::Status); the words that belong to it wait in `hybrid_error_take`.
//!
//! The managed side is generated from this source text, so exports are written out plainly, never by a macro.

pub mod abi;
pub mod auth;
pub mod boundary;
pub mod events;
pub mod failures;
pub mod handles;
pub mod json;
pub mod measure;
pub mod memory;
pub mod olm_account;
pub mod olm_backup;
pub mod olm_dehydrated_device;
pub mod olm_ecies;
pub mod olm_failures;
pub mod olm_group_session;
pub mod olm_inbound_group_session;
pub mod olm_sas;
pub mod olm_session;
pub mod password;
pub mod push;
pub mod push_audience;
pub mod received;
pub mod rules;
pub mod signing;
pub mod state_failures;
pub mod state_graph;
pub mod state_map;
pub mod status;
pub mod views;

#[cfg(test)]
mod exports_tests;
