//! How many queries of APIv2 a second the sandbox answers next to its client: 8 connections of TLS,
//! 5 seconds.
//!
//! `cargo run --release --example speed`

#![allow(clippy::print_stdout)]

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use md5::{Digest, Md5};
use reqwest::{Certificate, Identity};
use tokio::task::JoinSet;
use wxpay_sandbox::{Order, Sandbox};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let sandbox = Sandbox::start().await?;
    sandbox.add_order(Order::paid("20150806125346", 10_099));
    for (path, number) in [
        ("/pay/orderquery", "out_trade_no"),
        (
            "/mmpaymkttransfers/promotion/querywwsptrans2pocket",
            "partner_trade_no",
        ),
    ] {
        let answered = measure(&sandbox, path, number).await?;
        println!("{path}: {answered:.0} a second");
    }
    Ok(())
}

/// Asks about one number again and again, each connection one question after the other.
async fn measure(sandbox: &Sandbox, path: &str, number: &str) -> Result<f64, Box<dyn Error>> {
    let merchant = sandbox.merchant();
    let pem = merchant.client_cert_pem.clone() + merchant.client_key_pem.expose();
    let url = format!("{}{path}", sandbox.base_url());
    let stop = Arc::new(AtomicBool::new(false));
    let answered = Arc::new(AtomicU64::new(0));
    let mut connections = JoinSet::new();
    for _ in 0..CONNECTIONS {
        let client = reqwest::Client::builder()
            .tls_certs_only([Certificate::from_pem(sandbox.ca_pem().as_bytes())?])
            .identity(Identity::from_pem(pem.as_bytes())?)
            .no_proxy()
            .build()?;
        let (url, body) = (url.clone(), query(sandbox, number));
        let (stop, answered) = (Arc::clone(&stop), Arc::clone(&answered));
        connections.spawn(async move {
            while !stop.load(Ordering::Relaxed) {
                let reply = client.post(&url).body(body.clone()).send().await?;
                let reply = reply.error_for_status()?.text().await?;
                assert!(
                    reply.contains("<return_code><![CDATA[SUCCESS]]>"),
                    "{reply}"
                );
                answered.fetch_add(1, Ordering::Relaxed);
            }
            Ok::<_, reqwest::Error>(())
        });
    }
    // Until the connections are there.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let (before, began) = (answered.load(Ordering::Relaxed), Instant::now());
    tokio::time::sleep(Duration::from_secs(5)).await;
    let count = answered.load(Ordering::Relaxed) - before;
    let took = began.elapsed();
    stop.store(true, Ordering::Relaxed);
    while let Some(ended) = connections.join_next().await {
        ended??;
    }
    Ok(f64::from(u32::try_from(count)?) / took.as_secs_f64())
}

fn query(sandbox: &Sandbox, number: &str) -> String {
    let merchant = sandbox.merchant();
    let mut fields = [
        ("appid", merchant.appid.as_str()),
        ("mch_id", merchant.mch_id.as_str()),
        ("nonce_str", "3PG2J4ILTKCH16CQ2502SI8ZNMTM67VS"),
        (number, "20150806125346"),
    ];
    fields.sort_unstable();
    let signed: String = fields
        .iter()
        .map(|(name, value)| format!("{name}={value}&"))
        .collect();
    let key = merchant.api_v2_key.expose();
    let digest = Md5::digest(format!("{signed}key={key}"));
    let sign: String = digest.iter().map(|byte| format!("{byte:02X}")).collect();
    let xml: String = fields
        .iter()
        .map(|(name, value)| format!("<{name}>{value}</{name}>"))
        .collect();
    format!("<xml>{xml}<sign>{sign}</sign></xml>")
}

const CONNECTIONS: usize = 8;
