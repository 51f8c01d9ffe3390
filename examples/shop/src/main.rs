//! A whole shop: an order (Native下单), its QR code, the payment's notification (支付通知), the query
//! when no notification comes, a part refund (部分退款) with its own notification, and the bill of each
//! day (交易账单) reconciled to the fen.
//!
//! Start `wxpay sandbox`, put its settings into the environment with `. wxpay-sandbox/env.sh`, then
//! `cargo run -p example-shop`.

mod book;
mod checkout;
mod clock;
mod nightly;
mod notified;
mod office;
mod page;
mod reconcile;
mod refunding;
mod settings;
mod settle;
mod shop;
mod storefront;
mod yuan;

use std::error::Error;

use axum::Router;
use tokio::net::TcpListener;

use crate::settings::Settings;
use crate::shop::Shop;

#[tokio::main]
#[allow(clippy::print_stdout)] // an example reports to its terminal
async fn main() -> Result<(), Box<dyn Error>> {
    let settings = Settings::from_env()?;
    let customers = TcpListener::bind(settings.listen).await?;
    let staff = TcpListener::bind(settings.office).await?;
    let shop = Shop::open(settings)?;
    shop.clock.start(shop.sandbox.as_deref()).await?;

    // Both go on where the last run of the program was stopped: all that they need is in the book.
    tokio::spawn(settle::run(shop.clone()));
    tokio::spawn(nightly::run(shop.clone()));

    println!("The shop is at http://{}", customers.local_addr()?);
    println!("Its back office is at http://{}", staff.local_addr()?);
    tokio::select! {
        ended = serve(customers, storefront::routes(&shop)) => ended?,
        ended = serve(staff, office::routes(&shop)) => ended?,
        pressed = tokio::signal::ctrl_c() => pressed?,
    }
    Ok(())
}

async fn serve(listener: TcpListener, routes: Router) -> std::io::Result<()> {
    axum::serve(listener, routes).await
}
