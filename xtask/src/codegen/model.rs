//! What the specs say, with every name resolved: the lint and all writers read this and nothing
//! else.

mod field;

use std::fmt;
use std::ops::Range;
use std::rc::Rc;

use indexmap::IndexMap;

pub(crate) use self::field::{Asked, Condition, Field, Kind, Limits, OfFile, Text};
use super::spec::{
    Certainty, Effect, Method, OperationKind, Outcome, Progress, ReplySign, Role, Serial, SignType,
    Workwx,
};

/// Everything.
pub(crate) struct Model {
    pub(crate) products: Vec<Product>,
    pub(crate) operations: Vec<Operation>,
    pub(crate) versions: Vec<(Version, Rc<Scope>)>,
    /// The paths of APIv3 whose responses carry no signature.
    pub(crate) unsigned: Vec<String>,
}

/// A product: a module and a feature.
pub(crate) struct Product {
    pub(crate) version: Version,
    pub(crate) name: String,
    /// What it is for, in a phrase.
    pub(crate) purpose: Words,
    pub(crate) scope: Rc<Scope>,
}

#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(crate) enum Version {
    V2,
    V3,
}

/// One operation or notification.
pub(crate) struct Operation {
    pub(crate) source: Source,
    pub(crate) version: Version,
    pub(crate) product: String,
    pub(crate) name: String,
    pub(crate) kind: OperationKind,
    pub(crate) title: Words,
    pub(crate) title_at: Range<usize>,
    pub(crate) doc: String,
    pub(crate) doc_at: Range<usize>,
    pub(crate) certainty: Certainty,
    pub(crate) roles: Vec<Role>,
    pub(crate) notes: Option<String>,
    pub(crate) method: Method,
    pub(crate) has_method: bool,
    pub(crate) path: String,
    pub(crate) path_at: Range<usize>,
    pub(crate) host: Option<(String, Range<usize>)>,
    pub(crate) effect: Effect,
    pub(crate) effect_at: Option<Range<usize>>,
    pub(crate) resolve: Option<(Resolve, Range<usize>)>,
    pub(crate) events: Vec<String>,
    pub(crate) accepted: bool,
    pub(crate) digest_header: Option<(String, Range<usize>)>,
    pub(crate) client_cert: bool,
    pub(crate) backup_host: bool,
    pub(crate) sign_types: Option<(Vec<SignType>, Range<usize>)>,
    pub(crate) workwx_sign: Option<(Workwx, Range<usize>)>,
    pub(crate) reply_sign: Option<(ReplySign, Range<usize>)>,
    /// The field for the app, where it is not `appid`; empty where there is none.
    pub(crate) app_id_field: Option<(String, Range<usize>)>,
    /// The field for the merchant ID, where it is not `mch_id`; empty where there is none.
    pub(crate) mch_id_field: Option<(String, Range<usize>)>,
    /// Whether the spec says that there is a `nonce_str`, or none.
    pub(crate) nonce: Option<(bool, Range<usize>)>,
    /// The same of the `result_code` of a response.
    pub(crate) result_code: Option<(bool, Range<usize>)>,
    /// The same of the merchant's name in a response.
    pub(crate) merchant_reply: Option<(bool, Range<usize>)>,
    pub(crate) per_second: Option<u32>,
    pub(crate) accept: Option<(String, Range<usize>)>,
    pub(crate) serial: Option<(Serial, Range<usize>)>,
    pub(crate) request: Vec<Field>,
    pub(crate) reply: Reply,
    pub(crate) scope: Rc<Scope>,
    /// The operation's own codes.
    pub(crate) errors: Vec<Code>,
    /// The codes that the sets named by the spec add.
    pub(crate) common_errors: Vec<Code>,
    /// Where those stand.
    pub(crate) common_source: Source,
}

/// What settles an unknown outcome of a write.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Resolve {
    /// The query of this full name.
    Query(String),
    /// The same call again.
    Repeat,
    /// Nothing.
    None,
}

/// What comes back.
pub(crate) enum Reply {
    /// A message of these fields.
    Own(Vec<Field>),
    /// A message that several operations have.
    Shared(TypeRef),
    /// No body.
    Empty,
    /// A file.
    File,
}

/// Where something is said.
#[derive(Clone)]
pub(crate) struct Source {
    pub(crate) file: String,
    pub(crate) text: Rc<str>,
}

/// The types that a spec, a product or a version names.
pub(crate) struct Scope {
    pub(crate) level: Level,
    pub(crate) source: Source,
    pub(crate) types: IndexMap<String, Type>,
    pub(crate) parent: Option<Rc<Self>>,
}

/// How far up a type stands.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(crate) enum Level {
    Operation,
    Product,
    Version,
}

/// A named type.
pub(crate) struct Type {
    pub(crate) name: String,
    pub(crate) at: Range<usize>,
    pub(crate) shape: Shape,
}

pub(crate) enum Shape {
    /// An object, sent or received.
    Object(Vec<Field>),
    /// Exactly one of the members is sent.
    Choice(Vec<Field>),
    /// Fields of a response that come together.
    Group(Vec<Field>),
    /// A list whose members are numbered.
    Numbered(Vec<Field>),
    Enum(Vec<Value>),
}

/// The name of a type, and where it stands.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(crate) struct TypeRef {
    pub(crate) name: String,
    pub(crate) level: Level,
}

#[derive(Clone)]
pub(crate) struct Value {
    pub(crate) at: Range<usize>,
    pub(crate) wire: String,
    pub(crate) variant: String,
    pub(crate) progress: Option<Progress>,
    pub(crate) words: Words,
}

#[derive(Clone)]
pub(crate) struct Code {
    pub(crate) at: Range<usize>,
    pub(crate) code: String,
    pub(crate) status: Option<u16>,
    pub(crate) class: String,
    pub(crate) outcome: Option<Outcome>,
    pub(crate) words: Words,
}

/// A text in both languages.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Words {
    pub(crate) en: String,
    pub(crate) zh: String,
}

impl Model {
    /// The operations and notifications of a product, by their names.
    pub(crate) fn operations_of<'a>(
        &'a self,
        product: &'a Product,
    ) -> impl Iterator<Item = &'a Operation> {
        self.operations.iter().filter(|operation| {
            operation.version == product.version && operation.product == product.name
        })
    }
}

impl Product {
    /// The full name, such as `v2.pay`.
    pub(crate) fn full_name(&self) -> String {
        format!("{}.{}", self.version.folder(), self.name)
    }

    /// Whether its operations for service providers have a feature of their own: they are half of a
    /// large product, and a merchant needs none of them.
    pub(crate) fn is_split(&self) -> bool {
        is_split(self.version, &self.name)
    }
}

impl Operation {
    /// The full name, such as `v2.pay.query_order`.
    pub(crate) fn full_name(&self) -> String {
        format!("{}.{}.{}", self.version.folder(), self.product, self.name)
    }

    /// Whether it is behind the feature that its product has for service providers.
    pub(crate) fn is_split_off(&self) -> bool {
        is_split(self.version, &self.product) && self.roles == [Role::Partner]
    }

    pub(crate) fn is_write(&self) -> bool {
        self.effect == Effect::Write
    }

    pub(crate) fn is_notification(&self) -> bool {
        self.kind == OperationKind::Notification
    }

    pub(crate) fn is_page(&self) -> bool {
        self.kind == OperationKind::Page
    }

    /// Whether a brand (品牌) asks for it, with keys of its own.
    pub(crate) fn is_of_a_brand(&self) -> bool {
        self.path.starts_with("/brand/")
    }

    /// The field of an APIv2 request for the app.
    pub(crate) fn app_id_name(&self) -> &str {
        name_or(&self.app_id_field, "appid")
    }

    /// The field of an APIv2 request for the merchant ID.
    pub(crate) fn mch_id_name(&self) -> &str {
        name_or(&self.mch_id_field, "mch_id")
    }

    /// The file that is uploaded.
    pub(crate) fn file(&self) -> Option<&Field> {
        self.request.iter().find(|field| field.is_file())
    }

    /// The fields that are read; none of an empty response or a file.
    pub(crate) fn response(&self) -> &[Field] {
        match &self.reply {
            Reply::Own(fields) => fields,
            Reply::Shared(ty) => self.scope.fields(ty),
            Reply::Empty | Reply::File => &[],
        }
    }
}

fn is_split(version: Version, product: &str) -> bool {
    version == Version::V3 && product == "pay"
}

fn name_or<'a>(field: &'a Option<(String, Range<usize>)>, usual: &'a str) -> &'a str {
    field.as_ref().map_or(usual, |(name, _)| name.as_str())
}

impl Version {
    pub(crate) const ALL: [Self; 2] = [Self::V2, Self::V3];

    pub(crate) fn folder(self) -> &'static str {
        match self {
            Self::V2 => "v2",
            Self::V3 => "v3",
        }
    }
}

impl Source {
    /// A problem with its file and line.
    pub(crate) fn problem(&self, at: &Range<usize>, reason: impl fmt::Display) -> String {
        let before = self.text.as_bytes().iter().take(at.start);
        let line = before.filter(|b| **b == b'\n').count() + 1;
        format!("{}:{line}: {reason}", self.file)
    }
}

impl Scope {
    /// The nearest type of this name.
    pub(crate) fn find(&self, name: &str) -> Option<TypeRef> {
        if self.types.contains_key(name) {
            return Some(TypeRef {
                name: name.to_owned(),
                level: self.level,
            });
        }
        self.parent.as_ref()?.find(name)
    }

    /// The type behind a name.
    pub(crate) fn get(&self, ty: &TypeRef) -> Option<&Type> {
        if self.level == ty.level {
            return self.types.get(&ty.name);
        }
        self.parent.as_ref()?.get(ty)
    }

    /// The members of an object, choice, group or numbered list.
    pub(crate) fn fields(&self, ty: &TypeRef) -> &[Field] {
        self.get(ty).map_or(&[], Type::fields)
    }

    /// The values of an enum.
    pub(crate) fn values(&self, ty: &TypeRef) -> &[Value] {
        match self.get(ty).map(|ty| &ty.shape) {
            Some(Shape::Enum(values)) => values,
            _ => &[],
        }
    }
}

impl Type {
    pub(crate) fn fields(&self) -> &[Field] {
        match &self.shape {
            Shape::Object(fields)
            | Shape::Choice(fields)
            | Shape::Group(fields)
            | Shape::Numbered(fields) => fields,
            Shape::Enum(_) => &[],
        }
    }
}
