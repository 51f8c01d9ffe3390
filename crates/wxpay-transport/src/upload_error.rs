use std::error::Error as StdError;
use std::fmt;
use std::io;

use wxpay_core::TransportError;

/// Why the body of an upload could not be sent: its file, or this transport, but no host.
///
/// It is the source of the [`TransportError`], which says whether a part of the request may have
/// left. The whole of it never has.
#[derive(Debug)]
pub struct UploadError(Problem);

#[derive(Debug)]
enum Problem {
    Unreadable(io::Error),
    NotAFile,
    Changed,
    TooLong { length: u64, max_bytes: usize },
}

impl UploadError {
    /// It can't be read, because of this.
    pub const fn unreadable(error: io::Error) -> Self {
        Self(Problem::Unreadable(error))
    }

    /// It is not a regular file, and so can't be read twice.
    pub const fn not_a_file() -> Self {
        Self(Problem::NotAFile)
    }

    /// It is no longer what it was when the request was written: its length or its bytes are other
    /// ones.
    pub const fn changed() -> Self {
        Self(Problem::Changed)
    }

    /// It is longer than what is put together in memory where it can't be streamed.
    pub const fn too_long(length: u64, max_bytes: usize) -> Self {
        Self(Problem::TooLong { length, max_bytes })
    }

    /// The same in Chinese, without what caused it.
    pub fn zh(&self) -> String {
        match &self.0 {
            Problem::Unreadable(_) => "无法读取要上传的文件".to_owned(),
            Problem::NotAFile => {
                "要上传的必须是普通文件，因为需要读取两次：不能是目录或管道".to_owned()
            }
            Problem::Changed => "要上传的文件在读取期间被修改：请重新打开该文件后再上传".to_owned(),
            Problem::TooLong { length, max_bytes } => format!(
                "请求体有 {length} 字节，而不能流式发送时最多在内存中拼接 {max_bytes} 字节：\
                 请使用可流式发送的 Transport（如 ReqwestTransport），或用 prepare_upload 准备请求"
            ),
        }
    }

    /// The error of a request of which nothing has left.
    pub(crate) fn not_sent(self) -> TransportError {
        TransportError::not_sent(self)
    }
}

impl fmt::Display for UploadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Problem::Unreadable(_) => f.write_str("the file to upload can't be read"),
            Problem::NotAFile => f.write_str(
                "the file to upload must be a regular file, since it is read twice: not a folder and not a pipe",
            ),
            Problem::Changed => f.write_str(
                "the file to upload was changed while it was read: open it again, then upload it again",
            ),
            Problem::TooLong { length, max_bytes } => write!(
                f,
                "the request's body has {length} bytes, and where it can't be streamed at most {max_bytes} are put together in \
                 memory: use a transport that streams (Transport::upload), such as ReqwestTransport, or prepare_upload"
            ),
        }
    }
}

impl StdError for UploadError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match &self.0 {
            Problem::Unreadable(error) => Some(error),
            Problem::NotAFile | Problem::Changed | Problem::TooLong { .. } => None,
        }
    }
}
