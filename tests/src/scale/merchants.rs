//! Clients of many merchants over one transport.

use std::time::{Duration, Instant};

use wxpay_api::core::{AppId, MchId};
use wxpay_api::sign::v2::Key;
use wxpay_api::sign::v3::{PrivateKey, PublicKeys};
use wxpay_api::transport::{ReqwestTransport, Transport};
use wxpay_api::v2::pay::{QueryOrder, query_order::Order};
use wxpay_api::v3::partner_transfer::QueryDetailByOutDetailNo;
use wxpay_api::{v2, v3};

use crate::load::resident;
use crate::{clients, replies, vectors};

/// What it cost to come to so many merchants from the step before.
#[derive(Debug)]
#[non_exhaustive]
pub struct Step {
    /// The merchants that there are now.
    pub merchants: usize,
    /// How long each new one took to set up, keys read from PEM.
    pub set_up: Duration,
    /// How many bytes of memory each new one holds, to the page; nothing where the system does not
    /// tell.
    pub memory: Option<u64>,
    /// How long a request of every merchant takes by both protocols, signed and not sent.
    pub requests: Duration,
}

/// Sets up so many merchants, step by step, each with the clients of both protocols and keys of its
/// own.
pub async fn grow(steps: &[usize]) -> Vec<Step> {
    let (key, platform) = (vectors::key("mch"), replies::platform_public_key());
    let mut merchants = Vec::new();
    let mut transport: Option<ReqwestTransport> = None;
    let mut done = Vec::new();
    for &step in steps {
        let (memory, start) = (resident(), Instant::now());
        let new = step - merchants.len();
        let transport = transport.get_or_insert_with(|| ReqwestTransport::new().unwrap());
        for _ in 0..new {
            let mch_id = format!("{}", 1_900_000_000 + merchants.len());
            merchants.push(Merchant::new(&mch_id, &key, &platform, transport.clone()));
        }
        let set_up = start.elapsed() / u32::try_from(new).unwrap();
        let grown = memory.and_then(|before| Some(resident()?.saturating_sub(before)));
        let start = Instant::now();
        for merchant in &merchants {
            merchant.prepare().await;
        }
        done.push(Step {
            merchants: step,
            set_up,
            memory: grown.map(|grown| grown / new as u64),
            requests: start.elapsed(),
        });
    }
    done
}

struct Merchant {
    v2: v2::Client,
    v3: v3::Client,
}

impl Merchant {
    fn new(mch_id: &str, key: &str, platform: &str, transport: impl Transport + Clone) -> Self {
        let mch_id = MchId::new(mch_id).unwrap();
        let v2 = v2::Client::builder(
            v2::Merchant::new(mch_id.clone(), AppId::new(clients::APP_ID).unwrap()),
            v2::Credentials::new(Key::new(clients::API_KEY).unwrap()),
            transport.clone(),
        );
        let platform = PublicKeys::new()
            .with_public_key(replies::PLATFORM_KEY_ID, platform)
            .unwrap();
        let key = PrivateKey::from_pem(key, clients::SERIAL_NO).unwrap();
        let v3 = v3::Client::builder(mch_id, v3::Credentials::new(key, platform), transport);
        Self {
            v2: v2.build().unwrap(),
            v3: v3.build().unwrap(),
        }
    }

    async fn prepare(&self) {
        let order = QueryOrder {
            order: Order::OutTradeNo("20150806125346".parse().unwrap()),
            options: Default::default(),
        };
        drop(self.v2.prepare(&order).unwrap());
        let detail = QueryDetailByOutDetailNo {
            out_batch_no: "plfk2020042013".parse().unwrap(),
            out_detail_no: "x23zy545Bd5436".parse().unwrap(),
            options: Default::default(),
        };
        drop(self.v3.prepare(&detail).await.unwrap());
    }
}
