//! The operations of the catalogue that have no behaviour, as endpoints. Each is read when it is
//! first asked for.

use std::collections::HashMap;
use std::sync::{LazyLock, OnceLock};

use http::Method;
use wxpay_catalog::{Entry, Field, Operation, Reply as Replies, Version, entries};

use crate::endpoint::{ENDPOINTS, Endpoint, Handler, Reply};

static LIST: LazyLock<List> = LazyLock::new(List::new);

struct List {
    /// In the order of their names.
    described: Vec<Described>,
    /// Where they stand, by the method and the number of parts of the path.
    routes: HashMap<(&'static Method, usize), Vec<usize>>,
}

struct Described {
    entry: &'static Entry,
    method: &'static Method,
    path: &'static str,
    endpoint: OnceLock<Endpoint>,
}

/// The endpoint of this full name.
pub(crate) fn find(name: &str) -> Option<&'static Endpoint> {
    let described = &LIST.described;
    let at = described.binary_search_by(|one| one.entry.name().cmp(name));
    let endpoint = described.get(at.ok()?)?.endpoint();
    (!is_page(endpoint)).then_some(endpoint)
}

/// The endpoint that answers a method and a path.
pub(crate) fn route(method: &Method, path: &str) -> Option<&'static Endpoint> {
    let found = candidates(method, path).find(|one| !is_page(one.endpoint()))?;
    Some(found.endpoint())
}

/// The page that a path is of, which the user's browser opens.
pub(crate) fn page(method: &Method, path: &str) -> Option<&'static Endpoint> {
    let found = candidates(method, path).next()?.endpoint();
    is_page(found).then_some(found)
}

/// Those of a path, the plainest first: one without parameters goes before one that has them.
fn candidates(method: &Method, path: &str) -> impl Iterator<Item = &'static Described> {
    let key = METHODS.iter().find(|known| **known == *method);
    let places = key
        .and_then(|key| LIST.routes.get(&(key, path.split('/').count())))
        .map_or(&[][..], Vec::as_slice)
        .iter();
    let mut found: Vec<&'static Described> = places
        .filter_map(|at| LIST.described.get(*at))
        .filter(|one| fits(one.path, path))
        .collect();
    found.sort_by_key(|one| one.path.matches('{').count());
    found.into_iter()
}

fn fits(pattern: &str, path: &str) -> bool {
    let mut parts = path.split('/');
    pattern.split('/').all(|wanted| {
        let part = parts.next().unwrap_or_default();
        wanted == part || (wanted.starts_with('{') && !part.is_empty())
    })
}

fn is_page(endpoint: &Endpoint) -> bool {
    matches!(endpoint.handler, Handler::Described(operation) if operation.effect == "page")
}

impl List {
    fn new() -> Self {
        let mut list = Self {
            described: Vec::new(),
            routes: HashMap::new(),
        };
        for entry in entries() {
            let method = METHODS
                .iter()
                .find(|known| entry.method() == Some(known.as_str()));
            let (Some(method), Some(path)) = (method, entry.path()) else {
                // A notification.
                continue;
            };
            if ENDPOINTS.iter().any(|known| known.name == entry.name()) {
                continue;
            }
            let at = list.described.len();
            list.described.push(Described {
                entry,
                method,
                path,
                endpoint: OnceLock::new(),
            });
            let key = (method, path.split('/').count());
            list.routes.entry(key).or_default().push(at);
        }
        list
    }
}

impl Described {
    fn endpoint(&'static self) -> &'static Endpoint {
        self.endpoint.get_or_init(|| {
            let operation = self.entry.operation();
            Endpoint {
                name: &operation.name,
                method: self.method,
                path: self.path,
                reply: reply(operation),
                handler: Handler::Described(operation),
            }
        })
    }
}

/// What a response has, from which follows what can go wrong with it.
fn reply(operation: &Operation) -> Reply {
    let is_file = operation.reply == Replies::File;
    let repeats = |field: &Field| {
        field.echo.is_some() || field.fields.iter().any(|member| member.echo.is_some())
    };
    let mut fields = operation.request.iter().chain(&operation.response);
    Reply {
        signed: match operation.version {
            Version::V2 => !operation.unsigned_reply && !is_file,
            _ => !is_file || operation.digest_header.is_some(),
        },
        body: operation.reply != Replies::Empty,
        subject: operation.reply == Replies::Message && fields.any(repeats),
    }
}

const METHODS: &[Method] = &[
    Method::GET,
    Method::POST,
    Method::PUT,
    Method::PATCH,
    Method::DELETE,
];
