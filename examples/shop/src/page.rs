//! What the pages of customers and staff have in common.

pub(crate) mod words;

use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use qrcode::QrCode;
use qrcode::render::svg;
use wxpay_api::core::TimeFormat;
use wxpay_api::{Fen, Timestamp};

pub(crate) use self::words::Words;

/// A whole page. `seen` is what it shows of the book; the script shows the page again when `/seen`
/// below its address gives something else.
pub(crate) fn page(words: Words, title: &str, seen: Option<&str>, main: &Markup) -> Html<String> {
    let whole = html! {
        (DOCTYPE)
        html lang=(words.code()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                link rel="stylesheet" href="/shop.css";
                script src="/shop.js" defer {}
            }
            body data-seen=[seen] {
                main {
                    h1 { (title) }
                    (main)
                }
            }
        }
    };
    Html(whole.into_string())
}

/// The QR code that WeChat scans. Never a link: `weixin://` opens nothing in a browser.
pub(crate) fn qr_code(text: &str) -> Result<Markup, qrcode::types::QrError> {
    let svg = QrCode::new(text)?
        .render::<svg::Color<'_>>()
        .min_dimensions(240, 240)
        .build();
    let picture = svg.find("<svg").and_then(|start| svg.get(start..));
    Ok(PreEscaped(picture.unwrap_or_default().to_owned()))
}

pub(crate) fn yuan(fen: Fen) -> String {
    format!("¥{}", fen.to_yuan())
}

/// Day and time in China.
pub(crate) fn moment(time: Timestamp) -> String {
    time.format(TimeFormat::DateTime)
}

pub(crate) async fn css() -> impl IntoResponse {
    (
        [(header::CONTENT_TYPE, "text/css; charset=utf-8")],
        include_str!("page/shop.css"),
    )
}

pub(crate) async fn js() -> impl IntoResponse {
    (
        [(header::CONTENT_TYPE, "text/javascript; charset=utf-8")],
        include_str!("page/shop.js"),
    )
}

/// What a handler ends with when it can't show its page.
#[derive(Debug)]
pub(crate) enum Problem {
    NotFound,
    /// The form can't be taken as it is; the text says why.
    Form(&'static str),
    /// Something failed here. It says nothing about the money, which the book knows.
    Here(Box<dyn std::error::Error + Send + Sync>),
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, text) = match self {
            Self::NotFound => (
                StatusCode::NOT_FOUND,
                "There is no such page. 没有这个页面。",
            ),
            Self::Form(why) => (StatusCode::UNPROCESSABLE_ENTITY, why),
            Self::Here(error) => {
                eprintln!("{error}");
                let text = "Something went wrong here. Load the page of your order again: it knows how the payment stands. \
                            出现内部错误。请重新打开订单页面，以其显示的支付状态为准。";
                (StatusCode::INTERNAL_SERVER_ERROR, text)
            }
        };
        (status, text).into_response()
    }
}

impl<E: Into<Box<dyn std::error::Error + Send + Sync>>> From<E> for Problem {
    fn from(error: E) -> Self {
        Self::Here(error.into())
    }
}
