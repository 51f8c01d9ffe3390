use http::header::HeaderName;
use http::{HeaderValue, Response, StatusCode};

use crate::payload::{self, Payload};

/// A file, which is not signed.
pub(crate) struct File {
    pub(crate) kind: &'static str,
    pub(crate) bytes: Vec<u8>,
    /// What `Digest` says of it, if it is told.
    pub(crate) digest: Option<String>,
}

impl File {
    pub(crate) fn response(self) -> Response<Payload> {
        let mut response = payload::whole(StatusCode::OK, self.kind, self.bytes);
        let digest = self.digest.map(HeaderValue::try_from);
        if let Some(Ok(digest)) = digest {
            let name = HeaderName::from_static("digest");
            response.headers_mut().insert(name, digest);
        }
        response
    }
}
