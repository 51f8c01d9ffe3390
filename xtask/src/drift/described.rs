//! Descriptions of operations, read from the JSON files of a folder.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use self::field::Place;
use super::difference::Doubt;
use super::facts::{Code, Effect, Operation, Operations, Reply, Serial, label};
use crate::files;

mod field;

/// Every operation that is described below a folder.
pub(super) fn read(folder: &Path) -> Result<Operations, Vec<String>> {
    let paths = files::below(folder, &["json"]).map_err(|problem| vec![problem])?;
    let mut operations = Operations::new();
    let mut problems = Vec::new();
    for path in paths {
        match one(&path) {
            Ok(None) => {}
            Ok(Some((label, operation))) => {
                if operations.insert(label.clone(), operation).is_some() {
                    let path = path.display();
                    problems.push(format!("{path}: another file describes {label}"));
                }
            }
            Err(problem) => problems.push(problem),
        }
    }
    if operations.is_empty() && problems.is_empty() {
        problems.push(format!("{}: describes no operation", folder.display()));
    }
    if problems.is_empty() {
        Ok(operations)
    } else {
        Err(problems)
    }
}

/// Nothing for a file that describes something else.
fn one(path: &Path) -> Result<Option<(String, Operation)>, String> {
    let said = |error| format!("{}: {error}", path.display());
    let json: serde_json::Value = serde_json::from_str(&files::read(path)?).map_err(said)?;
    if json.get("method").is_none() {
        return Ok(None);
    }
    let described: Described = serde_json::from_value(json).map_err(said)?;
    Ok(Some((
        label(&described.method, &described.path),
        described.operation(),
    )))
}

#[derive(Deserialize)]
struct Described {
    version: String,
    method: String,
    path: String,
    effect: EffectWord,
    certainty: Certainty,
    needs_wechatpay_serial: Option<String>,
    #[serde(default)]
    roles: Vec<String>,
    #[serde(default)]
    witnesses: Vec<String>,
    request: Request,
    response: Response,
    #[serde(default)]
    errors: Vec<ErrorRow>,
    #[serde(default)]
    common_errors: Vec<String>,
    #[serde(default)]
    elsewhere: Vec<Elsewhere>,
}

#[derive(Deserialize)]
struct Elsewhere {
    side: String,
    path: String,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum EffectWord {
    Read,
    Write,
    Page,
}

#[derive(Clone, Copy, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
enum Certainty {
    Official,
    ThirdParty,
}

#[derive(Deserialize)]
struct Request {
    #[serde(default)]
    headers: Vec<field::Described>,
    #[serde(default)]
    path: Vec<field::Described>,
    #[serde(default)]
    query: Vec<field::Described>,
    #[serde(default)]
    body: Vec<field::Described>,
}

#[derive(Deserialize)]
struct Response {
    #[serde(default)]
    body: String,
    #[serde(default)]
    fields: Vec<field::Described>,
}

#[derive(Deserialize)]
struct ErrorRow {
    code: String,
    status: Option<u16>,
    #[serde(default)]
    what_to_do: String,
    certainty: Option<Certainty>,
}

impl Described {
    fn operation(&self) -> Operation {
        let is_v2 = self.version == "v2";
        let mut doubts = Vec::new();
        if self.certainty == Certainty::ThirdParty {
            doubts.push(Doubt::ThirdParty);
            if self.witnesses.len() == 1 {
                doubts.push(Doubt::OneWitness);
            }
        }
        let mut operation = Operation {
            effect: match self.effect {
                EffectWord::Read => Effect::Read,
                EffectWord::Write => Effect::Write,
                EffectWord::Page => Effect::Page,
            },
            reply: match self.response.body.as_str() {
                "file" => Reply::File,
                "none" => Reply::Empty,
                "page" => Reply::None,
                _ => Reply::Message,
            },
            fields: BTreeMap::new(),
            elsewhere: self.elsewhere.iter().map(Elsewhere::place).collect(),
            codes: self.codes(&doubts),
            serial: match self.needs_wechatpay_serial.as_deref() {
                Some("yes") => Serial::All,
                Some(_) => Serial::WithSealed,
                None => Serial::Unsaid,
            },
            doubts: doubts.clone(),
        };
        let request = &self.request;
        for (place, fields) in [
            ("header", &request.headers),
            ("path", &request.path),
            ("query", &request.query),
            ("body", &request.body),
            ("response", &self.response.fields),
        ] {
            let place = Place {
                name: place.to_owned(),
                is_v2_response: is_v2 && place == "response",
                is_variant: false,
                roles: &self.roles,
                doubts: doubts.clone(),
            };
            place.add(fields, &mut operation);
        }
        operation
    }

    fn codes(&self, doubts: &[Doubt]) -> BTreeMap<String, Code> {
        let mut codes: BTreeMap<String, Code> = BTreeMap::new();
        if self.common_errors.iter().any(|set| set == V3_PUBLIC) {
            for (code, status) in PUBLIC {
                let common = Code {
                    statuses: [status].into(),
                    is_common: true,
                    ..Code::default()
                };
                codes.insert(code.to_owned(), common);
            }
        }
        for row in &self.errors {
            let code = codes.entry(row.code.clone()).or_default();
            code.is_common = false;
            code.statuses.extend(row.status);
            let first = row.what_to_do.split([':', ',']).next().unwrap_or_default();
            code.leaves_open |= OPEN.contains(&first.trim());
            code.doubts = doubts.to_vec();
            if row.certainty == Some(Certainty::ThirdParty)
                && !code.doubts.contains(&Doubt::ThirdParty)
            {
                code.doubts.push(Doubt::ThirdParty);
            }
        }
        codes
    }
}

impl Elsewhere {
    fn place(&self) -> String {
        let place = match self.side.as_str() {
            "reply" => "response",
            side => side,
        };
        format!("{place}.{}", self.path)
    }
}

/// Words of `what_to_do` for codes after which the thing may exist.
const OPEN: [&str; 3] = ["unknown", "exists", "done"];

/// The set of codes that pages of APIv3 repeat and descriptions leave out.
const V3_PUBLIC: &str = "v3-public";
const PUBLIC: [(&str, u16); 4] = [
    ("INVALID_REQUEST", 400),
    ("PARAM_ERROR", 400),
    ("SIGN_ERROR", 401),
    ("SYSTEM_ERROR", 500),
];
