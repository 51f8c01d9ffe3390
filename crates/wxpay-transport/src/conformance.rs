//! The contract of [`Transport`](crate::Transport) as a test suite, for anyone who implements one.
//!
//! [`check`] runs a transport against servers on loopback, over real TCP and real TLS, that
//! misbehave in every way we know: they refuse, stall, cut, redirect, flood and lie. It compares
//! what the transport says with what the servers saw, and gives a [`Report`] that prints as a
//! table. Some rows are about requests whose deadline has passed: of those the servers must see
//! nothing. The last ones are about bodies that are read while they are sent: of a file that can't
//! be read to its end they must never see the whole request.
//!
//! ```no_run
//! # use wxpay_transport::conformance::{self, Setup};
//! # use wxpay_transport::ReqwestTransport;
//! fn transport(setup: &Setup) -> ReqwestTransport {
//!     let mut builder = ReqwestTransport::builder()
//!         .connect_timeout(setup.connect_timeout)
//!         .response_timeout(setup.response_timeout)
//!         .total_timeout(setup.total_timeout)
//!         .max_response_bytes(setup.max_response_bytes)
//!         .only_root_pem(setup.root_pem.as_bytes())
//!         .allow_plain_http_to_loopback();
//!     if let Some(identity) = &setup.identity {
//!         builder = builder.identity_pem(identity.cert_pem.as_bytes(), identity.key_pem.as_bytes());
//!     }
//!     builder.build().unwrap()
//! }
//!
//! let report = conformance::check(transport);
//! println!("{report}");
//! assert!(report.is_conforming());
//! ```
//!
//! For tests of one's own, [`faults`] names each fault and [`Fault::start`] starts its server.

mod answers;
mod authority;
mod call;
mod check;
mod connecting;
mod deadlines;
mod fault;
mod floods;
mod memory;
mod report;
mod scene;
mod setup;
mod tls;
mod uploads;
mod verdict;
mod wire;

pub use check::{check, check_some};
pub use fault::{Expected, Fault};
pub use report::{Report, Row, Verdict};
pub use scene::Scene;
pub use setup::{Identity, Setup};

/// Every fault, in the order of the table: connecting, responses, floods, TLS, deadlines, uploads.
pub fn faults() -> Vec<Fault> {
    let mut faults = connecting::faults();
    faults.extend(answers::faults());
    faults.extend(floods::faults());
    faults.extend(tls::faults());
    faults.extend(deadlines::faults());
    faults.extend(uploads::faults());
    faults
}
