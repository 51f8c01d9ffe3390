//! Files that are uploaded (上传文件), and the message of several parts that carries one.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use sha2::{Digest as _, Sha256};
use wxpay_core::{DecodeError, InvalidInput};

use crate::json::Object;

/// The longest file name, in characters (`filename` of the documents).
const NAME_CHARS: usize = 128;

/// A file to upload (上传文件): its name and its bytes.
///
/// In JSON it is an object of `name` and `content`, which is the bytes in base64.
#[derive(Clone, Eq, PartialEq)]
pub struct Upload {
    name: String,
    content: Bytes,
}

impl Upload {
    /// A file by its name, such as `logo.png`, and its bytes. Both are checked when the request is sent or prepared.
    pub fn new(name: impl Into<String>, content: impl Into<Bytes>) -> Self {
        Self {
            name: name.into(),
            content: content.into(),
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its bytes.
    pub const fn content(&self) -> &Bytes {
        &self.content
    }

    /// The SHA-256 digest of its bytes, as 64 lower-case hexadecimal digits.
    pub fn sha256(&self) -> String {
        use fmt::Write as _;

        let digest = Sha256::digest(&self.content);
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

    /// Checks name and size. `extensions` are the endings that the document allows; all when it is empty.
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
        if self.content.is_empty() {
            return said("must not be empty", "文件不能为空");
        }
        match max_bytes {
            Some(max) if self.content.len() as u64 > max => broken(
                format!("must have at most {max} bytes, has {}", self.content.len()),
                format!("最多 {max} 字节，现有 {} 字节", self.content.len()),
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

/// A file in a request: the part that it stands in.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub(crate) name: &'static str,
    pub(crate) file: Upload,
}

impl Part {
    /// The whole message: what is signed as the part `meta`, then the file. `seed` begins the line that separates the parts.
    pub(crate) fn message(&self, meta: Option<&[u8]>, seed: &str) -> Multipart {
        let boundary = self.boundary(meta.unwrap_or_default(), seed);
        let mut body = Vec::with_capacity(self.file.content.len() + 1024);
        if let Some(meta) = meta {
            body.extend_from_slice(
                format!(
                    "--{boundary}\r\nContent-Disposition: form-data; name=\"meta\"\r\nContent-Type: application/json\r\n\r\n"
                )
                .as_bytes(),
            );
            body.extend_from_slice(meta);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(
            format!(
                "--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"; filename=\"{}\"\r\nContent-Type: {}\r\n\r\n",
                self.name,
                self.file.name,
                self.file.content_type()
            )
            .as_bytes(),
        );
        body.extend_from_slice(&self.file.content);
        body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
        Multipart {
            content_type: format!("multipart/form-data; boundary={boundary}"),
            body: body.into(),
        }
    }

    /// A line that stands in neither part.
    fn boundary(&self, meta: &[u8], seed: &str) -> String {
        let mut boundary = format!("wxpay-{seed}");
        while holds(&self.file.content, boundary.as_bytes()) || holds(meta, boundary.as_bytes()) {
            boundary.push('x');
        }
        boundary
    }
}

/// A message of several parts.
pub(crate) struct Multipart {
    pub(crate) content_type: String,
    pub(crate) body: Bytes,
}

fn holds(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upload")
            .field("name", &self.name)
            .field("bytes", &self.content.len())
            .finish()
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Upload {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct as _;

        let mut fields = serializer.serialize_struct("Upload", 2)?;
        fields.serialize_field("name", &self.name)?;
        fields.serialize_field("content", &STANDARD.encode(&self.content))?;
        fields.end()
    }
}
