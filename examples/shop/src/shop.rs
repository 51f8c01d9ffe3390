//! What every part of the shop works with.

use std::error::Error;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use axum::extract::FromRef;
use wxpay_api::transport::ReqwestTransport;
use wxpay_api::v3::{Client, Credentials, Notices};
use wxpay_api::{AppId, MchId};

use crate::book::Book;
use crate::clock::Clock;
use crate::settings::Settings;

#[derive(Clone)]
pub(crate) struct Shop {
    pub(crate) client: Client,
    pub(crate) notices: Arc<Notices>,
    pub(crate) book: Book,
    pub(crate) clock: Clock,
    pub(crate) mch_id: MchId,
    pub(crate) app_id: AppId,
    pub(crate) notify_url: String,
    pub(crate) bills: PathBuf,
    pub(crate) sandbox: Option<String>,
}

impl Shop {
    pub(crate) fn open(settings: Settings) -> Result<Self, Box<dyn Error>> {
        let clock = Clock::default();
        let time = |clock: &Clock| {
            let clock = clock.clone();
            move || clock.now()
        };
        let mut transport = ReqwestTransport::builder();
        if let Some(root) = &settings.root {
            transport = transport.only_root_pem(root);
        }
        let credentials = Credentials::new(settings.key, settings.platform.clone());
        let mut client = Client::builder(settings.mch_id.clone(), credentials, transport.build()?)
            .app_id(settings.app_id.clone())
            .clock(time(&clock));
        if let Some(base_url) = settings.base_url {
            client = client.base_url(base_url);
        }
        let notices = Notices::new(settings.platform, settings.api_key).clock(time(&clock));
        let bills = settings.data.join("bills");
        fs::create_dir_all(&bills)?;
        Ok(Self {
            client: client.build()?,
            notices: Arc::new(notices),
            book: Book::open(&settings.data.join("book.sqlite"))?,
            clock,
            mch_id: settings.mch_id,
            app_id: settings.app_id,
            notify_url: settings.notify_url,
            bills,
            sandbox: settings.control,
        })
    }
}

/// The extractor of notifications looks for this.
impl FromRef<Shop> for Arc<Notices> {
    fn from_ref(shop: &Shop) -> Self {
        Self::clone(&shop.notices)
    }
}
