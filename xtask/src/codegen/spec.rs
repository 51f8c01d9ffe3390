use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use indexmap::IndexMap;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use toml::Spanned;

use super::Problems;
use super::condition::Condition;

/// A table whose members keep their order and their place in the file.
pub(crate) type Table<T> = IndexMap<String, Spanned<T>>;

/// One endpoint with the place of its spec.
pub(crate) struct Endpoint {
    file: String,
    text: String,
    pub(crate) version: Version,
    pub(crate) product: String,
    pub(crate) name: String,
    pub(crate) spec: Spec,
    pub(crate) shared: Rc<Shared>,
}

/// The tables that the endpoints of a product share: its `types.toml`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Shared {
    #[serde(default, rename = "enum")]
    pub(crate) enums: Table<Table<Value>>,
}

#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(crate) enum Version {
    V2,
    V3,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Spec {
    pub(crate) title: Spanned<String>,
    pub(crate) doc: Spanned<String>,
    pub(crate) method: Option<Spanned<Method>>,
    pub(crate) path: Spanned<String>,
    pub(crate) effect: Spanned<Effect>,
    pub(crate) resolve: Option<Spanned<String>>,
    #[serde(default)]
    pub(crate) client_cert: bool,
    #[serde(default)]
    pub(crate) backup_host: bool,
    pub(crate) sign_types: Option<Spanned<Vec<SignType>>>,
    pub(crate) workwx_sign: Option<Spanned<Workwx>>,
    pub(crate) reply_sign: Option<Spanned<ReplySign>>,
    pub(crate) per_second: Option<u32>,
    pub(crate) accept: Option<Spanned<String>>,
    pub(crate) serial: Option<Spanned<Serial>>,
    pub(crate) notes: Option<String>,
    #[serde(default)]
    pub(crate) request: Table<Field>,
    #[serde(default)]
    pub(crate) one_of: Table<Table<Field>>,
    #[serde(default)]
    pub(crate) response: Table<Field>,
    #[serde(default)]
    pub(crate) group: Table<Table<Field>>,
    #[serde(default)]
    pub(crate) list: Table<Table<Field>>,
    #[serde(default)]
    pub(crate) object: Table<Table<Field>>,
    #[serde(default, rename = "enum")]
    pub(crate) enums: Table<Table<Value>>,
    #[serde(default)]
    pub(crate) errors: Table<Code>,
}

#[derive(Clone, Copy, Deserialize, Eq, Hash, PartialEq)]
pub(crate) enum Method {
    #[serde(rename = "GET")]
    Get,
    #[serde(rename = "POST")]
    Post,
}

#[derive(Clone, Copy, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Effect {
    Read,
    Write,
}

#[derive(Clone, Copy, Deserialize, Eq, PartialEq)]
pub(crate) enum SignType {
    #[serde(rename = "MD5")]
    Md5,
    #[serde(rename = "HMAC-SHA256")]
    HmacSha256,
}

#[derive(Clone, Copy, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Workwx {
    Pay,
    Redpack,
}

#[derive(Clone, Copy, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ReplySign {
    Required,
    None,
}

/// When a request names a key in `Wechatpay-Serial`, beyond when something is sealed.
#[derive(Clone, Copy, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Serial {
    Required,
}

/// One field: exactly one of `type`, `enum`, `one_of`, `group`, `object` and `list` says what it is.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Field {
    #[serde(rename = "type")]
    pub(crate) ty: Option<String>,
    #[serde(rename = "enum")]
    pub(crate) enumeration: Option<String>,
    pub(crate) one_of: Option<String>,
    pub(crate) group: Option<String>,
    pub(crate) object: Option<String>,
    pub(crate) list: Option<String>,
    pub(crate) min_items: Option<usize>,
    pub(crate) max_items: Option<usize>,
    #[serde(default)]
    pub(crate) encrypted: bool,
    pub(crate) when: Option<Condition>,
    pub(crate) count: Option<String>,
    pub(crate) wire: Option<Wire>,
    #[serde(rename = "in")]
    pub(crate) place: Option<Place>,
    #[serde(default)]
    pub(crate) required: bool,
    pub(crate) required_if: Option<Condition>,
    pub(crate) only_if: Option<Condition>,
    pub(crate) echo: Option<Echo>,
    pub(crate) max_chars: Option<usize>,
    pub(crate) max_bytes: Option<usize>,
    pub(crate) min: Option<i64>,
    pub(crate) doc: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum Wire {
    One(String),
    Several(Vec<String>),
}

#[derive(Clone, Copy, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Place {
    Path,
    Query,
    Header,
    Body,
}

#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum Echo {
    Always(bool),
    Sometimes(EchoWhen),
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum EchoWhen {
    IfPresent,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Value {
    pub(crate) name: Option<String>,
    pub(crate) progress: Option<Progress>,
    pub(crate) doc: String,
}

#[derive(Clone, Copy, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Progress {
    Pending,
    Succeeded,
    Failed,
    Returned,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Code {
    pub(crate) status: Option<u16>,
    pub(crate) class: String,
    pub(crate) outcome: Option<Outcome>,
    pub(crate) doc: String,
}

#[derive(Clone, Copy, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    NotExecuted,
    Unknown,
}

impl Endpoint {
    /// The full name, such as `v2.pay.order_query`.
    pub(crate) fn full_name(&self) -> String {
        format!("{}.{}.{}", self.version.folder(), self.product, self.name)
    }

    /// A problem with its file and line.
    pub(crate) fn problem(&self, at: std::ops::Range<usize>, reason: impl fmt::Display) -> String {
        let before = self.text.as_bytes().iter().take(at.start);
        let line = before.filter(|b| **b == b'\n').count() + 1;
        format!("{}:{line}: {reason}", self.file)
    }

    /// The values of an enum, and whether the whole product shares it.
    pub(crate) fn enumeration(&self, name: &str) -> Option<(&Table<Value>, bool)> {
        let own = self
            .spec
            .enums
            .get(name)
            .map(|values| (values.get_ref(), false));
        own.or_else(|| Some((self.shared.enums.get(name)?.get_ref(), true)))
    }

    /// The method; APIv2 knows `POST` alone.
    pub(crate) fn method(&self) -> Method {
        self.spec
            .method
            .as_ref()
            .map_or(Method::Post, |method| *method.get_ref())
    }
}

impl Version {
    pub(crate) fn folder(self) -> &'static str {
        match self {
            Self::V2 => "v2",
            Self::V3 => "v3",
        }
    }
}

impl Field {
    /// The name on the wire; the first of several.
    pub(crate) fn wire<'a>(&'a self, name: &'a str) -> &'a str {
        match &self.wire {
            Some(Wire::One(wire)) => wire,
            Some(Wire::Several(wires)) => wires.first().map_or(name, String::as_str),
            None => name,
        }
    }

    /// All names on the wire.
    pub(crate) fn wires(&self, name: &str) -> Vec<String> {
        match &self.wire {
            Some(Wire::One(wire)) => vec![wire.clone()],
            Some(Wire::Several(wires)) => wires.clone(),
            None => vec![name.to_owned()],
        }
    }
}

/// `v3/unsigned.toml`: the paths whose replies carry no signature.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Unsigned {
    pub(crate) paths: Vec<String>,
}

/// Reads the paths whose replies carry no signature.
pub(crate) fn read_unsigned(root: &Path) -> Result<Vec<String>, Problems> {
    let file = root.join(UNSIGNED);
    let (unsigned, _) = read::<Unsigned>(root, &file).map_err(|problem| vec![problem])?;
    let shown = shown(root, &file);
    if !unsigned.paths.is_sorted() || unsigned.paths.iter().any(|path| !path.starts_with("/v3/")) {
        return Err(vec![format!(
            "{shown}:1: paths must begin with /v3/ and be sorted"
        )]);
    }
    Ok(unsigned.paths)
}

const UNSIGNED: &str = "xtask/spec/v3/unsigned.toml";

/// A product: its endpoints, and what they share.
pub(crate) struct Product {
    pub(crate) version: Version,
    pub(crate) name: String,
    pub(crate) shared: Rc<Shared>,
}

/// Reads every spec, in the order of their paths. Problems name files from `root` on.
pub(crate) fn read_all(root: &Path) -> Result<(Vec<Product>, Vec<Endpoint>), Problems> {
    let (mut products, mut endpoints, mut problems) = (Vec::new(), Vec::new(), Problems::new());
    for version in [Version::V2, Version::V3] {
        let folders = children(&root.join("xtask/spec").join(version.folder()))?;
        for folder in folders
            .into_iter()
            .filter(|path| *path != root.join(UNSIGNED))
        {
            let types = folder.join("types.toml");
            let shared = if types.exists() {
                read(root, &types).map(|(shared, _)| shared)
            } else {
                Ok(Shared::default())
            };
            let shared = Rc::new(shared.unwrap_or_else(|problem| {
                problems.push(problem);
                Shared::default()
            }));
            for file in children(&folder)?.into_iter().filter(|file| *file != types) {
                match read(root, &file) {
                    Ok((spec, text)) => endpoints.push(Endpoint {
                        file: shown(root, &file),
                        text,
                        version,
                        product: stem(&folder),
                        name: stem(&file),
                        spec,
                        shared: Rc::clone(&shared),
                    }),
                    Err(problem) => problems.push(problem),
                }
            }
            products.push(Product {
                version,
                name: stem(&folder),
                shared,
            });
        }
    }
    if problems.is_empty() {
        Ok((products, endpoints))
    } else {
        Err(problems)
    }
}

fn read<T: DeserializeOwned>(root: &Path, file: &Path) -> Result<(T, String), String> {
    let shown = shown(root, file);
    if file.extension().is_none_or(|extension| extension != "toml") {
        return Err(format!("{shown}: a spec must be a .toml file"));
    }
    let text = fs::read_to_string(file).map_err(|error| format!("{shown}: {error}"))?;
    let spec = toml::from_str(&text).map_err(|error| {
        let start = error.span().map_or(0, |span| span.start);
        let line = text.bytes().take(start).filter(|b| *b == b'\n').count() + 1;
        format!("{shown}:{line}: {}", error.message())
    })?;
    Ok((spec, text))
}

fn shown(root: &Path, file: &Path) -> String {
    file.strip_prefix(root)
        .unwrap_or(file)
        .display()
        .to_string()
}

fn stem(path: &Path) -> String {
    path.file_stem()
        .map(|stem| stem.to_string_lossy().into_owned())
        .unwrap_or_default()
}

fn children(folder: &Path) -> Result<Vec<PathBuf>, Problems> {
    let broken = |error| vec![format!("{}: {error}", folder.display())];
    let entries = fs::read_dir(folder).map_err(broken)?;
    let mut paths = entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<_>, _>>()
        .map_err(broken)?;
    paths.sort();
    Ok(paths)
}
