use std::io::{Write, stderr};
use std::process::ExitCode;

use http::Uri;
use wxpay_api::core::{BrandId, MchId, Timestamp};
use wxpay_api::sign::v3::{self, RequestToSign};

use super::{print, unsigned, wrong};
use crate::command::{input, keys};
use crate::config::{Config, ConfigArgs};
use crate::fail::Fail;

/// The request.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The method, such as GET
    method: String,
    /// The URL, or its path and query, encoded as it is sent
    url: String,
    /// The body: as it is, @FILE, or - for standard input; of an upload, its meta
    #[arg(default_value = "", hide_default_value = true)]
    body: String,
    /// The moment of signing: seconds since 1970, or `now`
    #[arg(long, value_name = "SECONDS", default_value = "now")]
    timestamp: String,
    /// The nonce; made at random by default
    #[arg(long, value_name = "TEXT")]
    nonce: Option<String>,
    /// Print what was signed too, to standard error or into the JSON
    #[arg(long)]
    show_message: bool,
    /// Print JSON: `authorization`, `timestamp`, `nonce_str`, `serial_no`, and with --show-message
    /// `message`
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    config: ConfigArgs,
}

pub(super) async fn run(arguments: Arguments) -> Result<ExitCode, Fail> {
    let config = Config::load(arguments.config)?;
    let url: Uri = arguments.url.parse().map_err(|error| {
        Fail::usage(
            "the URL must be encoded as it is sent",
            "URL 必须按发送时的形式编码",
        )
        .because(http::Error::from(error))
    })?;
    let nonce = match arguments.nonce {
        Some(nonce) => nonce,
        None => wxpay_api::sign::nonce().map_err(unsigned)?,
    };
    if nonce.len() > 32 || !nonce.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return Err(Fail::usage(
            "a nonce must be at most 32 letters and digits",
            "随机串应为不超过 32 位的字母和数字",
        ));
    }
    let timestamp: Timestamp = keys::moment(&arguments.timestamp)?;
    let body = input::bytes(&arguments.body)?;
    let key = config.signing_key()?;
    let request = RequestToSign {
        method: &arguments.method,
        target: v3::target(&url),
        timestamp,
        nonce_str: &nonce,
        body: &body,
    };
    let authorization = if request.target.starts_with("/brand/") {
        let brand_id: BrandId = config.brand_id()?.parse().map_err(wrong)?;
        v3::authorize_brand(&key, &brand_id, &request).await
    } else {
        let mch_id: MchId = config.v3_mch_id()?.parse().map_err(wrong)?;
        v3::authorize(&key, &mch_id, &request).await
    };
    let authorization = authorization.map_err(unsigned)?;
    let message = String::from_utf8_lossy(&request.message()).into_owned();
    if !arguments.json {
        if arguments.show_message {
            write!(stderr(), "{message}")?;
        }
        return print(&[("Authorization", &authorization)], false);
    }
    let seconds = timestamp.unix().to_string();
    let mut fields = vec![
        ("authorization", authorization.as_str()),
        ("timestamp", &seconds),
        ("nonce_str", &nonce),
        ("serial_no", v3::MerchantKey::serial_no(&key)),
    ];
    if arguments.show_message {
        fields.push(("message", &message));
    }
    print(&fields, true)
}
