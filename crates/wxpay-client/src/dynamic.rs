//! Calls of operations by their description in the [catalogue](wxpay_catalog), for programs that
//! learn the operation at run time: the same checks, bytes, signatures and outcome as those of the
//! typed requests.
//!
//! ```no_run
//! use wxpay_client::dynamic::DynamicRequest;
//! use wxpay_client::json::Json;
//!
//! # async fn example(client: wxpay_client::v2::Client) -> Result<(), Box<dyn std::error::Error>> {
//! let operation = wxpay_catalog::find("v2.pay.query_order").ok_or("no such operation")?;
//! let request = Json::object([("out_trade_no", Json::from("20150806125346"))]);
//! let response = client.send(&DynamicRequest::new(operation, request)).await?;
//! println!("{:?}", response.fields.get("trade_state"));
//! # Ok(())
//! # }
//! ```

mod condition;
mod files;
mod meta;
mod read;
mod request;
mod scalar;
mod target;
mod write;

pub use request::{DynamicRequest, DynamicResponse};
