//! The page: HTML made on the server, which can be read without script.

mod books;
mod diff;
mod layout;
mod notices;
mod orders;
mod outcome;
mod payouts;
mod requests;
mod shop;
mod steer;
mod table;
mod transfer_bills;
mod words;

use std::sync::Arc;

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;

use crate::Sandbox;

pub(crate) fn routes() -> Router<Arc<Sandbox>> {
    Router::new()
        .route("/", get(requests::list))
        .route("/requests/{number}", get(requests::one))
        .route("/books", get(books::show))
        .route("/steer", get(steer::show))
        .route(
            "/page.css",
            get(|| async { ([(CONTENT_TYPE, "text/css; charset=utf-8")], STYLE) }),
        )
        .route(
            "/page.js",
            get(|| async { ([(CONTENT_TYPE, "text/javascript; charset=utf-8")], SCRIPT) }),
        )
}

const STYLE: &str = include_str!("page/page.css");
const SCRIPT: &str = include_str!("page/page.js");
