//! The request as one JSON object: what the file says, with what the arguments say in its place.

use std::io::Read;
use std::{env, fs};

use clap::ArgMatches;
use wxpay_api::v3::Json;

use super::arguments;
use super::field::{Field, Kind};
use crate::fail::Fail;

/// Gathers the fields that were given.
pub(super) fn gather(
    fields: &[Field],
    matches: &ArgMatches,
    request: Option<&str>,
) -> Result<Json, Fail> {
    let mut input = Input { stdin_taken: false };
    let mut members = match request {
        None => Vec::new(),
        Some(file) => match parse("--request", &input.file(file)?)? {
            Json::Object(members) => members,
            _ => {
                return Err(wrong(
                    "--request",
                    "must be a JSON object",
                    "必须是 JSON 对象",
                ));
            }
        },
    };
    for field in fields {
        let Some(values) = matches.get_many::<String>(&arguments::id(field)) else {
            continue;
        };
        let values: Vec<&String> = values.collect();
        let value = input.value(field, &values)?;
        members.retain(|(name, _)| name != field.name);
        members.push((field.name.to_owned(), value));
    }
    Ok(Json::Object(members))
}

struct Input {
    stdin_taken: bool,
}

impl Input {
    fn value(&mut self, field: &Field, values: &[&String]) -> Result<Json, Fail> {
        let option = format!("--{}", field.option());
        let mut texts = Vec::new();
        for value in values {
            texts.push(match field.kind {
                Kind::Secret | Kind::Object(_) | Kind::List(_) => {
                    self.text(&option, value, field.kind)?
                }
                _ => (*value).clone(),
            });
        }
        match field.kind {
            Kind::List(_) => {
                let mut list = Vec::new();
                for text in &texts {
                    match parse(&option, text)? {
                        Json::List(members) => list.extend(members),
                        one => list.push(one),
                    }
                }
                Ok(Json::List(list))
            }
            Kind::Object(_) => parse(&option, &texts.concat()),
            _ => Ok(Json::Text(texts.concat())),
        }
    }

    /// A value that may stand elsewhere, and must if it is personal: other users can see the arguments.
    fn text(&mut self, option: &str, value: &str, kind: Kind) -> Result<String, Fail> {
        if let Some(file) = value.strip_prefix('@') {
            let text = self.file(file)?;
            return Ok(match kind {
                Kind::Secret => text.trim_end_matches(['\r', '\n']).to_owned(),
                _ => text,
            });
        }
        if let Some(name) = value.strip_prefix("env:") {
            // The cause would show a value that is not UTF-8.
            return env::var(name).map_err(|_| {
                wrong(
                    option,
                    &format!("can't read {name} from the environment: it is not set, or not UTF-8"),
                    &format!("无法读取环境变量 {name}：没有设置，或不是 UTF-8 文本"),
                )
            });
        }
        if kind.is_secret() {
            return Err(wrong(
                option,
                "is personal, and other users can see arguments: give @FILE, @- or env:NAME",
                "属于敏感信息，而命令行参数对其他用户可见：请使用 @文件、@- 或 env:变量名",
            ));
        }
        Ok(value.to_owned())
    }

    fn file(&mut self, file: &str) -> Result<String, Fail> {
        if file != "-" {
            return fs::read_to_string(file).map_err(|error| {
                Fail::usage(format!("can't read {file}"), format!("无法读取 {file}")).because(error)
            });
        }
        if std::mem::replace(&mut self.stdin_taken, true) {
            return Err(Fail::usage(
                "only one value can come from standard input",
                "只能有一个值来自标准输入",
            ));
        }
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text)?;
        Ok(text)
    }
}

fn parse(option: &str, text: &str) -> Result<Json, Fail> {
    Json::parse(text.as_bytes())
        .map_err(|error| wrong(option, "must be JSON", "必须是 JSON").because(error))
}

fn wrong(option: &str, en: &str, zh: &str) -> Fail {
    Fail::usage(format!("{option} {en}"), format!("{option} {zh}"))
}
