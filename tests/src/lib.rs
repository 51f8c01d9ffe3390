//! What the tests share: the golden vectors and what runs them, a transport that plays a script,
//! and replies as WeChat Pay writes them.

#[cfg(doctest)]
mod guide;
pub mod load;
pub mod openssl;
pub mod operations;
pub mod payouts;
#[cfg(all(feature = "postgres", unix))]
pub mod postgres;
pub mod runner;
pub mod scale;
pub mod sm;

pub use wxpay_test_support::{clients, notices, replies, scripted, vectors};

/// The code in both READMEs compiles.
#[cfg(doctest)]
mod readmes {
    #[doc = include_str!("../../README.md")]
    struct English;
    #[doc = include_str!("../../README.zh-CN.md")]
    struct Chinese;
}
