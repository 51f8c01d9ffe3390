//! What the shop is told from outside.

use std::env::var;
use std::error::Error;
use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;

use wxpay_api::sign::v3::{ApiKey, PrivateKey, PublicKeys};
use wxpay_api::{AppId, MchId, check_notify_url};

/// `WXPAY_…` are the merchant's, and `wxpay sandbox` writes them to `env.sh`. `SHOP_…` are the
/// shop's own.
pub(crate) struct Settings {
    pub(crate) mch_id: MchId,
    pub(crate) app_id: AppId,
    pub(crate) key: PrivateKey,
    pub(crate) platform: PublicKeys,
    pub(crate) api_key: ApiKey,
    /// The sandbox's address; not set for WeChat Pay.
    pub(crate) base_url: Option<String>,
    /// The certificate authority of the sandbox; not set for WeChat Pay.
    pub(crate) root: Option<Vec<u8>>,
    /// Where the sandbox's clock is; not set for WeChat Pay.
    pub(crate) control: Option<String>,
    /// Where customers come in.
    pub(crate) listen: SocketAddr,
    /// Where the staff comes in. Its pages know no login, so keep it on loopback or behind one.
    pub(crate) office: SocketAddr,
    /// Where WeChat Pay reaches the notification route.
    pub(crate) notify_url: String,
    /// The folder of the order book and of the bills.
    pub(crate) data: PathBuf,
}

impl Settings {
    pub(crate) fn from_env() -> Result<Self, Box<dyn Error>> {
        let file = |name| -> Result<String, Box<dyn Error>> {
            let path = required(name)?;
            fs::read_to_string(&path).map_err(|error| format!("{name}: {path}: {error}").into())
        };
        let listen: SocketAddr = or("SHOP_LISTEN", "127.0.0.1:8090").parse()?;
        let base_url = var("WXPAY_BASE_URL").ok();
        let notify_url = or("SHOP_NOTIFY_URL", &format!("http://{listen}/wxpay/notify"));
        if base_url.is_none() {
            // WeChat Pay takes an order with an address that it can't reach, and then tells
            // nothing.
            check_notify_url(&notify_url)?;
        }
        let public_key = file("WXPAY_PUBLIC_KEY")?;
        Ok(Self {
            mch_id: MchId::new(required("WXPAY_MCH_ID")?)?,
            app_id: AppId::new(required("WXPAY_APP_ID")?)?,
            key: PrivateKey::from_pem(&file("WXPAY_PRIVATE_KEY")?, &required("WXPAY_SERIAL_NO")?)?,
            platform: PublicKeys::new()
                .with_public_key(&required("WXPAY_PUBLIC_KEY_ID")?, &public_key)?,
            api_key: ApiKey::new(required("WXPAY_V3_KEY")?)?,
            root: var("WXPAY_ROOT").ok().map(fs::read).transpose()?,
            control: base_url
                .as_ref()
                .and_then(|_| var("WXPAY_SANDBOX_CONTROL").ok()),
            base_url,
            office: or("SHOP_OFFICE", "127.0.0.1:8091").parse()?,
            listen,
            notify_url,
            data: or("SHOP_DATA", "shop-data").into(),
        })
    }
}

fn required(name: &'static str) -> Result<String, Box<dyn Error>> {
    var(name).map_err(|_| {
        format!("{name} is not set: `. wxpay-sandbox/env.sh` sets it for a running sandbox").into()
    })
}

fn or(name: &str, otherwise: &str) -> String {
    var(name).unwrap_or_else(|_| otherwise.to_owned())
}
