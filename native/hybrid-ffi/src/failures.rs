//! Which status each error of the crates becomes.

use hybrid_json::ErrorKind;

use crate::boundary::Failure;
use crate::status::Status;

impl From<hybrid_json::Error> for Failure {
    fn from(error: hybrid_json::Error) -> Self {
        Self::new(json_status(error.kind), error)
    }
}

fn json_status(kind: ErrorKind) -> Status {
    match kind {
        ErrorKind::Syntax | ErrorKind::Escape => Status::JsonSyntax,
        ErrorKind::Utf8 => Status::InvalidUtf8,
        ErrorKind::Number => Status::JsonNumber,
        ErrorKind::DuplicateKey => Status::JsonDuplicateKey,
        ErrorKind::TooDeep => Status::JsonTooDeep,
        ErrorKind::TooLarge => Status::JsonTooLarge,
        ErrorKind::NotAnObject => Status::JsonShape,
    }
}

impl From<hybrid_signing::Error> for Failure {
    fn from(error: hybrid_signing::Error) -> Self {
        let status = match error {
            hybrid_signing::Error::Signature => Status::SigningSignatureInvalid,
            _ => Status::SigningKeyInvalid,
        };
        Self::new(status, error)
    }
}

impl From<hybrid_events::Error> for Failure {
    fn from(error: hybrid_events::Error) -> Self {
        let status = match &error {
            hybrid_events::Error::Json(error) => json_status(error.kind),
            hybrid_events::Error::Malformed(_) => Status::EventMalformed,
            hybrid_events::Error::TooLarge { .. } => Status::EventTooLarge,
        };
        Self::new(status, error)
    }
}

impl From<hybrid_auth::CheckError> for Failure {
    fn from(error: hybrid_auth::CheckError) -> Self {
        match error {
            hybrid_auth::CheckError::Event(error) => error.into(),
            hybrid_auth::CheckError::AuthEvent(..) => Self::new(Status::AuthEventMalformed, error),
        }
    }
}
