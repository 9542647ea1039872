//! Which status each failure of `hybrid_state` becomes.

use hybrid_state::graph::AppendError;
use hybrid_state::map::{Incomplete, NodeError, NodeHash};
use hybrid_state::resolution::ResolveError;

use crate::boundary::Failure;
use crate::status::Status;

impl From<NodeError> for Failure {
    fn from(error: NodeError) -> Self {
        Self::new(Status::StateNodeMalformed, error)
    }
}

impl From<AppendError> for Failure {
    fn from(error: AppendError) -> Self {
        let status = match &error {
            AppendError::Malformed(_, hybrid_events::Error::TooLarge { .. }) => Status::EventTooLarge,
            AppendError::Malformed(..) => Status::EventMalformed,
            AppendError::OtherRoom(_) => Status::StateEventOfOtherRoom,
            AppendError::MissingAuthEvent(..) => Status::StateAuthEventMissing,
            AppendError::Cycle(_) => Status::StateAuthCycle,
            AppendError::Full => Status::StateGraphFull,
        };
        Self::new(status, error)
    }
}

impl From<ResolveError> for Failure {
    fn from(error: ResolveError) -> Self {
        let status = match &error {
            ResolveError::UnknownEvent(_) => Status::StateEventUnknown,
            ResolveError::DuplicateKey(..) => Status::StateKeyDuplicate,
            ResolveError::Unreadable(_) => Status::EventMalformed,
        };
        Self::new(status, error)
    }
}

/// What an operation found, or the nodes without which it cannot go on: the callers tell that apart, it is no failure.
pub(crate) fn found_or_missing<T>(outcome: Result<T, Incomplete>) -> Result<Result<T, Vec<NodeHash>>, Failure> {
    match outcome {
        Ok(found) => Ok(Ok(found)),
        Err(Incomplete::Missing(nodes)) => Ok(Err(nodes)),
        Err(other) => Err(Failure::new(Status::StateNodeInconsistent, other)),
    }
}
