use std::process::ExitCode;

use wxpay_api::core::{AppId, MchId, Timestamp};
use wxpay_api::sign::v2::{Key, SignType};
use wxpay_api::sign::v3::payment;

use super::{print, unsigned, wrong};
use crate::command::keys::{self, sign_type};
use crate::config::{Config, ConfigArgs};
use crate::fail::Fail;

/// The order to pay.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The prepay_id of the order, which lives two hours
    prepay_id: String,
    /// Sign for APIv2 with this digest, that of the order: MD5 or HMAC-SHA256; without it for APIv3
    #[arg(long, value_name = "NAME", value_parser = sign_type)]
    v2: Option<SignType>,
    /// The moment of signing: seconds since 1970, or `now`
    #[arg(long, value_name = "SECONDS", default_value = "now")]
    timestamp: String,
    /// The nonce; made at random by default
    #[arg(long, value_name = "TEXT")]
    nonce: Option<String>,
    /// Print JSON: the fields by their names on the wire
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    config: ConfigArgs,
}

/// What every kind of payment needs.
struct Order {
    config: Config,
    app_id: AppId,
    prepay_id: String,
    timestamp: Timestamp,
    nonce: String,
}

pub(super) async fn jsapi(arguments: Arguments) -> Result<ExitCode, Fail> {
    let (json, v2) = (arguments.json, arguments.v2);
    let order = order(arguments)?;
    let Order {
        config,
        app_id,
        prepay_id,
        timestamp,
        nonce,
    } = &order;
    let payment = match v2 {
        Some(sign_type) => {
            let key = Key::new(config.v2_key()?.0).map_err(wrong)?;
            key.jsapi_payment(app_id, prepay_id, *timestamp, nonce, sign_type)
        }
        None => {
            payment::jsapi_payment(&config.signing_key()?, app_id, prepay_id, *timestamp, nonce)
                .await
                .map_err(unsigned)?
        }
    };
    print(&payment.fields(), json)
}

pub(super) async fn app(arguments: Arguments) -> Result<ExitCode, Fail> {
    let (json, v2) = (arguments.json, arguments.v2);
    let order = order(arguments)?;
    let Order {
        config,
        app_id,
        prepay_id,
        timestamp,
        nonce,
    } = &order;
    let mch_id: MchId = config.mch_id()?.parse().map_err(wrong)?;
    let payment = match v2 {
        Some(sign_type) => {
            let key = Key::new(config.v2_key()?.0).map_err(wrong)?;
            key.app_payment(app_id, &mch_id, prepay_id, *timestamp, nonce, sign_type)
        }
        None => {
            let key = config.signing_key()?;
            payment::app_payment(&key, app_id, &mch_id, prepay_id, *timestamp, nonce)
                .await
                .map_err(unsigned)?
        }
    };
    print(&payment.fields(), json)
}

fn order(arguments: Arguments) -> Result<Order, Fail> {
    let config = Config::load(arguments.config)?;
    let nonce = match arguments.nonce {
        Some(nonce) => nonce,
        None => wxpay_api::sign::nonce().map_err(unsigned)?,
    };
    Ok(Order {
        app_id: config.app_id()?.parse().map_err(wrong)?,
        prepay_id: arguments.prepay_id,
        timestamp: keys::moment(&arguments.timestamp)?,
        nonce,
        config,
    })
}
