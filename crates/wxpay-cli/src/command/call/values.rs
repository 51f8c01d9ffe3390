//! The request as one JSON object, and its files beside it: what the file says, with what the
//! arguments say in its place.

use std::io::Read;
use std::{env, fs};

use clap::ArgMatches;
use wxpay_api::Upload;
use wxpay_api::json::{Json, JsonText};
use wxpay_catalog::{Field, Operation};

use super::Options;
use super::arguments::{self, holds_objects, option};
use crate::fail::Fail;
use crate::operation::{given, is_secret};

/// What was given.
pub(super) struct Given {
    pub(super) request: Json,
    /// The files to upload, by the names of their fields.
    pub(super) files: Vec<(&'static str, Upload)>,
}

/// Gathers the fields that were given.
pub(super) async fn gather(
    operation: &'static Operation,
    matches: &ArgMatches,
    options: &Options,
) -> Result<Given, Fail> {
    let mut input = Input { stdin_taken: false };
    let mut members = match options.request.as_deref() {
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
    for field in given(operation) {
        let Some(values) = matches.get_many::<String>(&arguments::id(field)) else {
            continue;
        };
        let values: Vec<&String> = values.collect();
        let option = format!("--{}", option(operation, field));
        let value = input.value(field, &option, &values)?;
        set(&mut members, field.wire(), value);
    }
    let mut files = Vec::new();
    for field in given(operation).filter(|field| field.ty == "File") {
        let member = members.iter().find(|(name, _)| name == field.wire());
        // In a file of the request, too, an upload is named by its path.
        if let Some((_, Json::Text(path))) = member {
            files.push((field.wire(), upload(field.wire(), path).await?));
            members.retain(|(name, _)| name != field.wire());
        }
    }
    if !options.extra.is_empty() {
        let mut extra = match members.iter().find(|(name, _)| name == "extra") {
            None => Vec::new(),
            Some((_, Json::Object(members))) => members.clone(),
            Some(_) => return Err(wrong("extra", "must be an object", "必须是对象")),
        };
        for member in &options.extra {
            let (name, value) = input.extra(member)?;
            set(&mut extra, name, value);
        }
        set(&mut members, "extra", Json::Object(extra));
    }
    Ok(Given {
        request: Json::Object(members),
        files,
    })
}

/// Sets a member, in the place of an earlier one of that name.
fn set(members: &mut Vec<(JsonText, Json)>, name: &str, value: Json) {
    members.retain(|(known, _)| known != name);
    members.push((name.into(), value));
}

struct Input {
    stdin_taken: bool,
}

impl Input {
    fn value(&mut self, field: &Field, option: &str, values: &[&String]) -> Result<Json, Fail> {
        let is_secret = is_secret(field);
        let is_list = matches!(field.ty.as_str(), "list" | "numbered");
        let is_json = is_list || matches!(field.ty.as_str(), "object" | "Raw");
        let is_line = !is_json || (is_list && !holds_objects(field));
        let mut texts = Vec::new();
        for value in values {
            texts.push(if is_secret || is_json {
                self.text(option, value, is_secret, is_line)?
            } else {
                (*value).clone()
            });
        }
        match field.ty.as_str() {
            "list" | "numbered" => {
                let mut list = Vec::new();
                for text in texts {
                    // A member that is no object needs no quotation marks.
                    if !holds_objects(field) && !text.trim_start().starts_with('[') {
                        list.push(Json::from(text));
                        continue;
                    }
                    match parse(option, &text)? {
                        Json::List(members) => list.extend(members),
                        one => list.push(one),
                    }
                }
                Ok(Json::List(list))
            }
            "object" | "Raw" => parse(option, &texts.concat()),
            _ => Ok(Json::from(texts.concat())),
        }
    }

    fn extra<'a>(&mut self, member: &'a str) -> Result<(&'a str, Json), Fail> {
        let Some((name, value)) = member.split_once('=') else {
            return Err(wrong(
                "--extra",
                "must be NAME=JSON, such as remark='\"text\"'",
                "应为 名称=JSON，例如 remark='\"文本\"'",
            ));
        };
        let text = self.text("--extra", value, false, false)?;
        Ok((name, parse(&format!("--extra {name}"), &text)?))
    }

    /// A value that may stand elsewhere, and must if it is personal: other users can see the
    /// arguments.
    fn text(
        &mut self,
        option: &str,
        value: &str,
        is_secret: bool,
        is_line: bool,
    ) -> Result<String, Fail> {
        if let Some(file) = value.strip_prefix('@') {
            let text = self.file(file)?;
            return Ok(if is_line {
                text.trim_end_matches(['\r', '\n']).to_owned()
            } else {
                text
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
        if is_secret {
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

/// A file to upload, by its path. It is read in pieces, now and again while it is sent.
async fn upload(name: &str, path: &str) -> Result<Upload, Fail> {
    Upload::open(path).await.map_err(|error| {
        Fail::usage(
            format!("{name}: can't read {path}"),
            format!("{name}：无法读取 {path}"),
        )
        .because(error)
    })
}

fn parse(option: &str, text: &str) -> Result<Json, Fail> {
    Json::parse(text.as_bytes())
        .map_err(|error| wrong(option, "must be JSON", "必须是 JSON").because(error))
}

fn wrong(option: &str, en: &str, zh: &str) -> Fail {
    Fail::usage(format!("{option} {en}"), format!("{option} {zh}"))
}
