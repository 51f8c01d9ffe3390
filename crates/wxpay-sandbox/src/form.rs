//! Files that come in several parts (multipart/form-data): `meta`, which is what was signed, and the file.

use std::convert::Infallible;

use bytes::Bytes;
use futures_util::stream;
use http::header::CONTENT_TYPE;

use crate::exchange::Call;

/// What an upload brings.
#[derive(Clone, Debug)]
pub(crate) struct Form {
    /// The JSON about the file, as it came.
    pub(crate) meta: Bytes,
    pub(crate) file: Bytes,
}

impl Form {
    /// Reads the body of an upload; an error is what is wrong, for people.
    pub(crate) async fn read(call: &Call, file_part: &str) -> Result<Self, String> {
        let kind = call.headers.get(CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let boundary = multer::parse_boundary(kind)
            .map_err(|_| "Http头Content-Type须为带boundary的multipart/form-data".to_owned())?;
        let body = call.body.clone();
        let body = stream::once(async { Ok::<_, Infallible>(body) });
        let mut parts = multer::Multipart::new(body, boundary);
        let (mut meta, mut file) = (None, None);
        while let Some(part) = parts.next_field().await.map_err(|error| broken(&error))? {
            let name = part.name().map(str::to_owned);
            let place = match name.as_deref() {
                Some("meta") => &mut meta,
                Some(part) if part == file_part => &mut file,
                _ => continue,
            };
            let content = part.bytes().await.map_err(|error| broken(&error))?;
            if place.replace(content).is_some() {
                let name = name.unwrap_or_default();
                return Err(format!("multipart/form-data中有两个{name}"));
            }
        }
        let missing = |name: &str| format!("multipart/form-data中缺少{name}");
        Ok(Self {
            meta: meta.ok_or_else(|| missing("meta"))?,
            file: file.ok_or_else(|| missing(file_part))?,
        })
    }
}

fn broken(error: &multer::Error) -> String {
    format!("请求体不是合法的multipart/form-data: {error}")
}
