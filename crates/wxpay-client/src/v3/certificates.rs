//! WeChat Pay's platform certificates (平台证书), fetched and kept current.

mod builder;
mod list;
mod listed;
mod refresh;
mod store;

pub use builder::CertificatesBuilder;
pub use refresh::RefreshError;
pub use store::Certificates;
