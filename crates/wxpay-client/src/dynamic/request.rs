use std::fmt;

use bytes::Bytes;
use wxpay_catalog::{Operation, Reply};
use wxpay_core::{DecodeError, InvalidInput, Params};
use wxpay_sign::Verified;

use super::{meta, read, write};
use crate::json::Json;
use crate::{Upload, v2, v3};

/// A request of an operation that the catalogue describes.
#[derive(Clone)]
pub struct DynamicRequest {
    operation: &'static Operation,
    request: Json,
    files: Vec<(String, Upload)>,
}

/// What came back to a [`DynamicRequest`].
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct DynamicResponse {
    /// The fields that the catalogue knows, by their names on the wire: amounts and numbers as
    /// integers, times, identifiers and personal values as strings. What is absent is null, an
    /// absent list is empty.
    pub fields: Json,
    /// The whole message, with what the catalogue does not know. In APIv2 every value is a string.
    pub message: Json,
    /// The file, where the operation answers with one.
    pub file: Option<Bytes>,
}

impl DynamicRequest {
    /// A request by its members, named as on the wire. A member of `extra` is sent although the
    /// catalogue does not know it.
    ///
    /// It is checked when it is sent or prepared: every error names the member and the rule, and
    /// nothing is sent then.
    pub const fn new(operation: &'static Operation, request: Json) -> Self {
        Self {
            operation,
            request,
            files: Vec::new(),
        }
    }

    /// The same with the file of a field, for [`Upload::open`]: a member of the JSON can only be a
    /// file in memory, an object of `name` and `content`, the bytes in base64. No JSON makes this
    /// program read a file of its machine.
    #[must_use]
    pub fn file(mut self, name: impl Into<String>, file: Upload) -> Self {
        self.files.push((name.into(), file));
        self
    }

    /// The operation.
    pub const fn operation(&self) -> &'static Operation {
        self.operation
    }

    /// Checks the request as sending it would.
    ///
    /// # Errors
    /// A member is missing, unknown or breaks a documented rule. What the client itself fills is
    /// not looked at.
    pub fn check(&self) -> Result<(), InvalidInput> {
        write::check(self.operation, &self.request, &self.files)
    }
}

impl v2::Endpoint for DynamicRequest {
    type Response = DynamicResponse;

    /// Of no operation: each request has its own, [`meta`](v2::Endpoint::meta).
    const META: &'static v2::Meta = &v2::Meta::read("v2", "/");

    fn meta(&self) -> &'static v2::Meta {
        meta::v2(self.operation)
    }

    fn encode(&self, form: &mut v2::Form) -> Result<(), InvalidInput> {
        write::v2(self.operation, &self.request, &self.files, form)
    }

    fn decode(&self, reply: Verified<Params>) -> Result<DynamicResponse, DecodeError> {
        let params = reply.get();
        let message = Json::object(params.iter().map(|(name, value)| (name, Json::from(value))));
        let fields = read::v2(self.operation, &self.request, params)?;
        Ok(DynamicResponse {
            fields,
            message,
            file: None,
        })
    }

    fn decode_file(&self, file: Verified<Bytes>) -> Result<DynamicResponse, DecodeError> {
        Ok(DynamicResponse {
            fields: Json::Object(Vec::new()),
            message: Json::Null,
            file: Some(file.into_inner()),
        })
    }
}

impl v2::Page for DynamicRequest {
    /// Of no page: each request has its own, [`meta`](v2::Page::meta).
    const META: &'static v2::Meta = &v2::Meta::read("v2", "/");

    fn meta(&self) -> &'static v2::Meta {
        meta::v2(self.operation)
    }

    fn encode(&self, form: &mut v2::Form) -> Result<(), InvalidInput> {
        write::v2(self.operation, &self.request, &self.files, form)
    }
}

impl v3::Endpoint for DynamicRequest {
    type Response = DynamicResponse;

    /// Of no operation: each request has its own, [`meta`](v3::Endpoint::meta).
    const META: &'static v3::Meta = &v3::Meta::read("v3", v3::Method::Get, "/");

    fn meta(&self) -> &'static v3::Meta {
        meta::v3(self.operation)
    }

    fn encode(&self, call: &mut v3::Call) -> Result<(), InvalidInput> {
        write::v3(self.operation, &self.request, &self.files, call)
    }

    fn decode(&self, reply: Verified<Json>) -> Result<DynamicResponse, DecodeError> {
        let fields = match self.operation.reply {
            Reply::Message => read::v3(self.operation, &self.request, reply.get())?,
            _ => Json::Object(Vec::new()),
        };
        Ok(DynamicResponse {
            fields,
            message: reply.into_inner(),
            file: None,
        })
    }

    fn decode_body(&self, body: Verified<Bytes>) -> Result<DynamicResponse, DecodeError> {
        if self.operation.reply == Reply::File {
            return Ok(DynamicResponse {
                fields: Json::Object(Vec::new()),
                message: Json::Null,
                file: Some(body.into_inner()),
            });
        }
        self.decode(body.read(Json::of_body)?)
    }
}

/// The operation alone, since values can be personal.
impl fmt::Debug for DynamicRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DynamicRequest")
            .field("operation", &self.operation.name)
            .finish_non_exhaustive()
    }
}
