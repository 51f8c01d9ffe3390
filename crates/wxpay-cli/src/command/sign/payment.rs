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

/// The order to pay, and who receives the money.
#[derive(clap::Args)]
pub(crate) struct AppArguments {
    #[command(flatten)]
    order: Arguments,
    /// The merchant ID that goes with the app ID; the configured one by default
    ///
    /// For an order of a service provider: in APIv3 its own ID with its own app, and the
    /// sub-merchant's ID with the sub-merchant's app; in APIv2 always the sub-merchant's ID.
    #[arg(long, value_name = "MCH_ID")]
    partner_id: Option<String>,
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
    let (app, id, time, nonce) = order.parts();
    let payment = match v2 {
        Some(sign_type) => order
            .v2_key()?
            .jsapi_payment(app, id, time, nonce, sign_type)
            .map_err(wrong)?,
        None => payment::jsapi_payment(&order.config.signing_key()?, app, id, time, nonce)
            .await
            .map_err(unsigned)?,
    };
    print(&payment.fields(), json)
}

pub(super) async fn app(arguments: AppArguments) -> Result<ExitCode, Fail> {
    let AppArguments { order, partner_id } = arguments;
    let (json, v2) = (order.json, order.v2);
    let order = self::order(order)?;
    let mch: MchId = match &partner_id {
        Some(partner_id) => partner_id.parse().map_err(wrong)?,
        None => order.partner_id(v2)?.parse().map_err(wrong)?,
    };
    let (app, id, time, nonce) = order.parts();
    let payment = match v2 {
        Some(sign_type) => order
            .v2_key()?
            .app_payment(app, &mch, id, time, nonce, sign_type)
            .map_err(wrong)?,
        None => payment::app_payment(&order.config.signing_key()?, app, &mch, id, time, nonce)
            .await
            .map_err(unsigned)?,
    };
    print(&payment.fields(), json)
}

impl Order {
    fn parts(&self) -> (&AppId, &str, Timestamp, &str) {
        (&self.app_id, &self.prepay_id, self.timestamp, &self.nonce)
    }

    /// The configured merchant, if there is only one that it can be.
    fn partner_id(&self, v2: Option<SignType>) -> Result<&str, Fail> {
        let mch_id = self.config.mch_id()?;
        if v2.is_none() && self.config.v3_mch_id()? != mch_id {
            return Err(Fail::usage(
                "the configuration names two merchants: say with --partner-id which of them the app ID goes with",
                "配置中有两个商户号：请用 --partner-id 指明与 appid 对应的商户号",
            ));
        }
        Ok(mch_id)
    }

    fn v2_key(&self) -> Result<Key, Fail> {
        Key::new(self.config.v2_key()?.0).map_err(wrong)
    }
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
