//! What tests and benches share: the golden vectors, clients with their keys, a transport that
//! plays a script, and replies as WeChat Pay writes them.

pub mod clients;
pub mod notices;
pub mod replies;
pub mod scripted;
pub mod vectors;
