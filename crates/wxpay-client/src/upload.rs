//! Files that are uploaded (上传文件).

mod multipart;
mod on_disk;

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use sha2::{Digest as _, Sha256};
use wxpay_core::{DecodeError, InvalidInput};
use wxpay_transport::UploadError;

pub(crate) use self::multipart::Part;
use self::on_disk::OnDisk;
use crate::json::Object;

/// The longest file name, in characters (`filename` of the documents).
const NAME_CHARS: usize = 128;

/// A file to upload (上传文件): its name, and its bytes in memory or on disk.
///
/// One on disk ([`open`](Self::open)) is read in pieces, once when it is opened and once more each
/// time that it is sent, so that a file of any size takes less than a MiB of memory. Cloning copies
/// no bytes.
///
/// In JSON a file in memory is an object of `name` and `content`, which is the bytes in base64. One
/// on disk can't be written as JSON, and none is ever read from a path that JSON names.
#[derive(Clone, Eq, PartialEq)]
pub struct Upload {
    name: String,
    content: Content,
}

#[derive(Clone, Eq, PartialEq)]
enum Content {
    Memory(Bytes),
    Disk(Arc<OnDisk>),
}

impl Upload {
    /// A file by its name, such as `logo.png`, and its bytes. Both are checked when the request is
    /// sent or prepared.
    pub fn new(name: impl Into<String>, content: impl Into<Bytes>) -> Self {
        Self {
            name: name.into(),
            content: Content::Memory(content.into()),
        }
    }

    /// A file on disk, which goes by its own name, without folders.
    ///
    /// It is read once, in pieces, for its length and its SHA-256 digest, which the request has to
    /// say before the file. It is read again while it is sent. If its length or its digest is
    /// another one by then, the request ends before its last bytes have left, so that WeChat Pay
    /// never has the whole of it. The line between the parts of the request has 160 random bits, so
    /// that no file can hold it, by chance or on purpose.
    ///
    /// With the feature `tokio` (turned on by `reqwest`) and inside a tokio runtime it is read on
    /// the threads for blocking work; otherwise on the calling thread. The file is not kept open.
    ///
    /// # Errors
    /// It can't be read, or is not a regular file, such as a pipe, which can't be read twice.
    /// Nothing was sent.
    pub async fn open(path: impl AsRef<Path>) -> Result<Self, UploadError> {
        let path = path.as_ref();
        let name = path.file_name().unwrap_or_default();
        Ok(Self {
            name: name.to_string_lossy().into_owned(),
            content: Content::Disk(Arc::new(OnDisk::open(path).await?)),
        })
    }

    /// The same file under another name.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its bytes, if they are in memory.
    pub fn content(&self) -> Option<&Bytes> {
        match &self.content {
            Content::Memory(bytes) => Some(bytes),
            Content::Disk(_) => None,
        }
    }

    /// Where it is read from, if it is on disk.
    pub fn path(&self) -> Option<&Path> {
        match &self.content {
            Content::Memory(_) => None,
            Content::Disk(file) => Some(file.path()),
        }
    }

    /// How long it is, in bytes.
    pub fn length(&self) -> u64 {
        match &self.content {
            Content::Memory(bytes) => bytes.len() as u64,
            Content::Disk(file) => file.length(),
        }
    }

    /// The SHA-256 digest of its bytes, as 64 lower-case hexadecimal digits.
    pub fn sha256(&self) -> String {
        use fmt::Write as _;

        let digest = match &self.content {
            Content::Memory(bytes) => Sha256::digest(bytes),
            Content::Disk(file) => *file.digest(),
        };
        digest.iter().fold(String::new(), |mut hex, byte| {
            // Writing to a string can't fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    }

    /// Reads it from JSON.
    ///
    /// # Errors
    /// `name` or `content` is missing, or `content` is not base64.
    pub fn read(fields: &Object<'_>) -> Result<Self, DecodeError> {
        let content: String = fields.optional("content")?.unwrap_or_default();
        let content = STANDARD
            .decode(content)
            .map_err(|_| DecodeError::malformed("content"))?;
        Ok(Self::new(fields.require::<String>("name")?, content))
    }

    /// Checks name and size. `extensions` are the endings that the document allows; all when it is
    /// empty.
    pub(crate) fn check(
        &self,
        field: &'static str,
        extensions: &[&str],
        max_bytes: Option<u64>,
    ) -> Result<(), InvalidInput> {
        let broken = |rule: String, rule_zh: String| Err(InvalidInput::new(field, rule, rule_zh));
        let said = |rule: &str, rule_zh: &str| broken(rule.to_owned(), rule_zh.to_owned());
        let name = &self.name;
        if name.is_empty() || name.chars().count() > NAME_CHARS {
            return said(
                "must have a name of 1 to 128 characters",
                "文件名长度必须为 1 至 128 个字符",
            );
        }
        if name.chars().any(|c| c.is_control() || "\"\\/".contains(c)) {
            return said(
                "must have a name without a path, quotation marks and control characters",
                "文件名不能含有路径、引号或控制字符",
            );
        }
        let ending = self.extension();
        if !extensions.is_empty() && !extensions.contains(&ending.as_str()) {
            let endings = extensions.join(", ");
            return broken(
                format!("must have a name that ends with one of {endings}"),
                format!("文件名必须以下列扩展名之一结尾：{endings}"),
            );
        }
        let length = self.length();
        if length == 0 {
            return said("must not be empty", "文件不能为空");
        }
        match max_bytes {
            Some(max) if length > max => broken(
                format!("must have at most {max} bytes, has {length}"),
                format!("最多 {max} 字节，现有 {length} 字节"),
            ),
            _ => Ok(()),
        }
    }

    fn extension(&self) -> String {
        let ending = self.name.rsplit_once('.').map(|(_, ending)| ending);
        ending.unwrap_or_default().to_ascii_lowercase()
    }

    fn content_type(&self) -> &'static str {
        match self.extension().as_str() {
            "jpg" | "jpeg" => "image/jpeg",
            "png" => "image/png",
            "bmp" => "image/bmp",
            "gif" => "image/gif",
            "pdf" => "application/pdf",
            "mp4" => "video/mp4",
            "avi" => "video/x-msvideo",
            "wmv" => "video/x-ms-wmv",
            "mpeg" => "video/mpeg",
            "mov" => "video/quicktime",
            "mkv" => "video/x-matroska",
            "flv" => "video/x-flv",
            "m4v" => "video/x-m4v",
            _ => "application/octet-stream",
        }
    }
}

impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upload")
            .field("name", &self.name)
            .field("bytes", &self.length())
            .finish()
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Upload {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::{Error as _, SerializeStruct as _};

        let content = self.content().ok_or_else(|| S::Error::custom(ON_DISK))?;
        let mut fields = serializer.serialize_struct("Upload", 2)?;
        fields.serialize_field("name", &self.name)?;
        fields.serialize_field("content", &STANDARD.encode(content))?;
        fields.end()
    }
}

#[cfg(feature = "serde")]
const ON_DISK: &str =
    "a file on disk can't be written as JSON: read it into memory for that (Upload::new)";
