//! Signing: a message of APIv2, a payment of WeCom, a request of APIv3, or what a front end needs
//! to pay.

mod payment;
mod request;
mod v2;

use std::io::Write;
use std::process::ExitCode;

use clap::Subcommand;
use serde_json::{Map, Value};
use wxpay_api::core::{InvalidInput, SigningError};

use crate::fail::Fail;
use crate::out::stdout;

/// What to sign.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Sign a message of APIv2 (MD5 or HMAC-SHA256), and a WeCom payment twice
    ///
    /// Paying an employee (ww_msg_type) gets its workwx_sign before sign, and so does a red packet
    /// with --workwx.
    #[command(
        after_help = "Examples:\n  wxpay sign v2 @order.xml --xml\n  wxpay sign v2 appid=wx1 mch_id=10000100 nonce_str=n1 --show-message"
    )]
    V2(v2::Arguments),
    /// Sign a request of APIv3: print its Authorization header
    #[command(
        after_help = "Examples:\n  wxpay sign v3 GET '/v3/certificates'\n  wxpay sign v3 GET /brand/store/brandstores --brand-id 1004\n  wxpay sign v3 POST https://api.mch.weixin.qq.com/v3/pay/transactions/native @body.json --show-message"
    )]
    V3(request::Arguments),
    /// Sign what a web page or mini program hands to WeChat to pay (JSAPI调起支付)
    Jsapi(payment::Arguments),
    /// Sign what an app hands to the WeChat SDK to pay (APP调起支付)
    App(payment::AppArguments),
}

pub(crate) async fn run(arguments: Arguments) -> Result<ExitCode, Fail> {
    match arguments.what {
        What::V2(arguments) => v2::run(arguments),
        What::V3(arguments) => request::run(arguments).await,
        What::Jsapi(arguments) => payment::jsapi(arguments).await,
        What::App(arguments) => payment::app(arguments).await,
    }
}

/// Prints names and values: as one JSON object, or one `name: value` a line.
fn print(fields: &[(&str, &str)], json: bool) -> Result<ExitCode, Fail> {
    let mut out = stdout().lock();
    if json {
        let object: Map<String, Value> = fields
            .iter()
            .map(|(name, value)| ((*name).to_owned(), Value::from(*value)))
            .collect();
        writeln!(out, "{}", Value::from(object))?;
    } else {
        for (name, value) in fields {
            writeln!(out, "{name}: {value}")?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn wrong(error: InvalidInput) -> Fail {
    Fail::usage("can't sign this", "无法签名").because(error)
}

fn unsigned(error: SigningError) -> Fail {
    Fail::new("can't sign this", "无法签名").because(error)
}
