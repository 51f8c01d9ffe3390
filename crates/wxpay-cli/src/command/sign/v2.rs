use std::io::Write;
use std::process::ExitCode;

use wxpay_api::core::Params;
use wxpay_api::sign::v2::{Key, SignType, canonical_text};
use wxpay_api::sign::workwx::{self, Api, AppSecret};

use super::{print, wrong};
use crate::command::input;
use crate::command::keys::sign_type;
use crate::config::{Config, ConfigArgs};
use crate::fail::Fail;
use crate::out::stdout;

/// The message and how to sign it.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The message: name=value arguments, or XML as it is, @FILE or - for standard input
    #[arg(required = true)]
    message: Vec<String>,
    /// MD5 or HMAC-SHA256; by default what the field sign_type says, else MD5
    #[arg(long, value_name = "NAME", value_parser = sign_type)]
    sign_type: Option<SignType>,
    /// Compute the workwx_sign of a WeCom red packet too (企业红包)
    #[arg(long)]
    workwx: bool,
    /// Print the whole signed message as XML
    #[arg(long, conflicts_with = "json")]
    xml: bool,
    /// Print what was signed too, without the key
    #[arg(long)]
    show_message: bool,
    /// Print JSON: `sign`, `sign_type`, and if there are `workwx_sign`, `message`, `workwx_message`
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    config: ConfigArgs,
}

pub(super) fn run(arguments: Arguments) -> Result<ExitCode, Fail> {
    let config = Config::load(arguments.config)?;
    let mut params = message(&arguments.message)?;
    params.remove("sign");
    let api = if params.get("ww_msg_type").is_some() {
        Some(Api::Pay)
    } else {
        arguments.workwx.then_some(Api::RedPack)
    };
    let key = Key::new(config.v2_key()?.0).map_err(wrong)?;
    if let Some(api) = api {
        let secret = AppSecret::new(config.wecom_secret()?.0).map_err(wrong)?;
        let sign = secret.sign(&params, api);
        params.set("workwx_sign", sign);
    }
    params.check_outgoing().map_err(wrong)?;
    let named = params
        .get("sign_type")
        .map(sign_type)
        .transpose()
        .map_err(|rule| {
            Fail::usage("invalid sign_type", "sign_type 有误")
                .because_said(rule, "必须是 MD5 或 HMAC-SHA256")
        })?;
    let sign_type = arguments.sign_type.or(named).unwrap_or(SignType::Md5);
    let sign = key.sign(&params, sign_type);
    if arguments.xml {
        params.set("sign", sign);
        writeln!(stdout(), "{}", params.to_xml())?;
        return Ok(ExitCode::SUCCESS);
    }
    let text = canonical_text(&params) + "&key=********";
    let workwx_text = api.map(|api| workwx::canonical_text(&params, api) + "&secret=********");
    let mut fields = Vec::new();
    if arguments.show_message {
        fields.extend(workwx_text.as_deref().map(|text| ("workwx_message", text)));
        fields.push(("message", &text));
    }
    fields.extend(params.get("workwx_sign").map(|sign| ("workwx_sign", sign)));
    fields.push(("sign_type", sign_type.name()));
    fields.push(("sign", &sign));
    print(&fields, arguments.json)
}

fn message(arguments: &[String]) -> Result<Params, Fail> {
    if let [one] = arguments
        && (one == "-" || one.starts_with(['@', '<']))
    {
        let xml = input::bytes(one)?;
        return Params::from_xml(xml.trim_ascii_end())
            .map_err(|error| Fail::usage("the XML can't be read", "无法解析 XML").because(error));
    }
    let mut params = Params::new();
    for argument in arguments {
        let (name, value) = argument.split_once('=').ok_or_else(|| {
            Fail::usage(
                format!("a field must be name=value, and is {argument:?}"),
                format!("字段应为 名称=值，实际为 {argument:?}"),
            )
        })?;
        if params.iter().any(|(known, _)| known == name) {
            return Err(Fail::usage(
                format!("the field {name} is there twice"),
                format!("字段 {name} 出现了两次"),
            ));
        }
        if !value.is_empty() {
            params.set(name, value);
        }
    }
    Ok(params)
}
