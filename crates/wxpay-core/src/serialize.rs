//! How the values of replies are serialised: as they go on the wire, amounts as integers.

use serde::{Serialize, Serializer};

use crate::{Fen, Secret, WireTime};

impl Serialize for Fen {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.get())
    }
}

/// The text as it came.
impl Serialize for WireTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// `[redacted]`, so that writing a reply to a log or a file gives nothing away; [`Secret::expose`] does.
impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("[redacted]")
    }
}
