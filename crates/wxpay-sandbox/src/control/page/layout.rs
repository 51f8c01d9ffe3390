//! What all pages have around them.

use axum::http::HeaderName;
use axum::http::header::SET_COOKIE;
use axum::response::{Html, IntoResponse};
use maud::{DOCTYPE, Markup, html};
use wxpay_core::{Fen, TimeFormat, Timestamp};

use crate::Sandbox;
use crate::control::page::words::Words;

/// Which page it is.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(crate) enum Place {
    Requests,
    /// Those of the requests that failed.
    Failures,
    /// One of the requests.
    Request,
    Books,
    Steer,
}

/// A whole page around its own part.
pub(crate) fn page(
    sandbox: &Sandbox,
    words: Words,
    place: Place,
    title: &str,
    main: &Markup,
) -> impl IntoResponse + use<> {
    let other = words.pick(("zh", "中文"), ("en", "English"));
    let (place, show) = match place {
        Place::Failures => (Place::Requests, "show=failures&"),
        place => (place, ""),
    };
    let frozen = sandbox.is_clock_frozen();
    let link = |to: Place, path: &str, text: &str| {
        html! { a href=(path) aria-current=[(place == to).then_some("page")] { (text) } }
    };
    let whole = html! {
        (DOCTYPE)
        html lang=(words.code()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " · wxpay sandbox" }
                link rel="stylesheet" href="/page.css";
                script src="/page.js" defer {}
            }
            body {
                header {
                    div.brand { "wxpay sandbox" }
                    nav {
                        (link(Place::Requests, "/", words.pick("Requests", "请求")))
                        (link(Place::Books, "/books", words.pick("Books", "账目")))
                        (link(Place::Steer, "/steer", words.pick("Clock and faults", "时钟与故障")))
                    }
                    div.live #head data-live {
                        code title=(words.pick("Point a client here", "客户端指向这里")) { (sandbox.base_url()) }
                        span.clock.frozen[frozen] title=(words.pick("The sandbox's clock", "沙箱时钟")) {
                            (clock_time(sandbox.now())) " " (words.pick("UTC+8", "北京时间"))
                            @if frozen { " · " (words.pick("stopped", "已停") ) }
                        }
                        a.lang href={ "?" (show) "lang=" (other.0) } hreflang=(other.0) lang=(other.0) { (other.1) }
                    }
                }
                p.ended #ended role="alert" hidden {
                    (words.pick(
                        "The sandbox has ended, or can't be reached: the page shows how it was. It goes on by itself when the sandbox is started again.",
                        "沙箱已结束或无法连接：页面显示的是此前的内容。沙箱重新启动后，页面会自动继续。",
                    ))
                }
                main { (main) }
                div #said role="status" aria-live="polite" {}
            }
        }
    };
    let cookie = format!(
        "lang={}; Path=/; SameSite=Strict; Max-Age=31536000",
        words.code()
    );
    let headers: [(HeaderName, String); 1] = [(SET_COOKIE, cookie)];
    (headers, Html(whole.into_string()))
}

/// A button that posts JSON when it is pressed; without script it can't be, and is not shown.
pub(crate) fn button(text: &str, path: &str, body: &str) -> Markup {
    html! { button type="button" data-post=(path) data-body=(body) { (text) } }
}

/// A button that asks for one member of the body first. What is typed is a number if the body is to
/// have one.
pub(crate) fn asking(
    text: &str,
    path: &str,
    member: &str,
    question: &str,
    suggested: &str,
) -> Markup {
    let number = member.ends_with("fen");
    html! {
        button type="button" data-post=(path) data-member=(member) data-question=(question) data-suggested=(suggested)
            data-number[number] { (text) "…" }
    }
}

/// A part of a page that follows what happens. Its id is one of its own.
pub(crate) fn live(id: &str, part: Markup) -> Markup {
    html! { div id=(id) data-live { (part) } }
}

/// What there is when there is nothing.
pub(crate) fn nothing(text: &str) -> Markup {
    html! { p.nothing { (text) } }
}

/// Day and time, in China.
pub(crate) fn clock_time(time: Timestamp) -> String {
    time.format(TimeFormat::DateTime)
}

/// An amount in yuan.
pub(crate) fn yuan(fen: Fen) -> String {
    format!("¥{}", fen.to_yuan())
}

/// A coloured word for a state.
pub(crate) fn state(text: &str) -> Markup {
    let kind = match text {
        "SUCCESS" | "FINISHED" | "PROCESSED" | "TAKING_EFFECT" | "RECEIVED" => "good",
        "FAILED" | "FAIL" | "PAYERROR" | "ABNORMAL" => "bad",
        "CLOSED" | "CLOSE" | "REVOKED" | "CANCELLED" => "dull",
        _ => "open",
    };
    html! { span class={ "tag " (kind) } { (text) } }
}

/// A word that may be broken anywhere, so that a long number does not widen the page.
pub(crate) fn long(text: &str) -> Markup {
    html! { span.long { (text) } }
}

/// A path and query, which a narrow column breaks after a slash rather than within a word.
pub(crate) fn breakable(target: &str) -> Markup {
    html! {
        @for part in target.split_inclusive(['/', '?', '&']) { (part) wbr; }
    }
}
