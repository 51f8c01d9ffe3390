//! The requests, and one of them.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};

use crate::control::fault;
use crate::control::page::diff;
use crate::control::page::layout::{Place, breakable, clock_time, live, long, nothing, page};
use crate::control::page::outcome::{code, failed, number};
use crate::control::page::table::{Row, cell, table, time};
use crate::control::page::words::Words;
use crate::{Sandbox, SeenRequest, SignatureCheck, SignatureKind};

pub(crate) async fn list(
    State(sandbox): State<Arc<Sandbox>>,
    words: Words,
    RawQuery(query): RawQuery,
) -> impl IntoResponse {
    let query = query.unwrap_or_default();
    let failures = query.split('&').any(|pair| pair == "show=failures");
    let mut seen = sandbox.requests_after(sandbox.last_request().saturating_sub(SEARCHED));
    let any = !seen.is_empty();
    let count = seen.iter().filter(|seen| failed(seen)).count();
    seen.reverse();
    if failures {
        seen.retain(failed);
    }
    seen.truncate(SHOWN);
    let main = html! {
        h1 { (words.pick("Requests", "请求")) }
        (live("requests", html! {
            @if any {
                (filter(failures, count, words))
            }
            @if !any {
                (welcome(&sandbox, words))
            } @else if seen.is_empty() {
                (nothing(words.pick("No request failed.", "没有失败的请求。")))
            } @else {
                (list_of(&seen, words))
            }
        }))
    };
    let title = words.pick("Requests", "请求");
    let place = if failures {
        Place::Failures
    } else {
        Place::Requests
    };
    page(&sandbox, words, place, title, &main)
}

/// All requests, or those that failed.
fn filter(failures: bool, count: usize, words: Words) -> Markup {
    let link = |to: &str, here: bool, text: Markup| {
        html! { a href=(to) aria-current=[here.then_some("true")] { (text) } }
    };
    html! {
        nav.filter aria-label=(words.pick("Which requests", "显示哪些请求")) {
            (link("/", !failures, html! { (words.pick("All", "全部")) }))
            (link("/?show=failures", failures, html! {
                (words.pick("Failures", "失败")) " " span.count { (count) }
            }))
        }
    }
}

pub(crate) async fn one(
    State(sandbox): State<Arc<Sandbox>>,
    words: Words,
    Path(number): Path<String>,
) -> Response {
    let found = number
        .parse()
        .ok()
        .and_then(|number| sandbox.request(number));
    let Some(seen) = found else {
        let text = words.pick(
            "There is no such request, or it is forgotten by now.",
            "没有这个请求，或者已不再保留。",
        );
        let main = html! { (nothing(text)) };
        let body = page(&sandbox, words, Place::Request, text, &main);
        return (StatusCode::NOT_FOUND, body).into_response();
    };
    let title = format!("#{} {} {}", seen.number, seen.method, seen.target);
    let main = html! {
        p.back {
            a href="/" { "← " (words.pick("All requests", "全部请求")) }
            @if seen.number > 1 { a href={ "/requests/" (seen.number - 1) } { "#" (seen.number - 1) } }
            @if seen.number < sandbox.last_request() {
                a href={ "/requests/" (seen.number + 1) } { "#" (seen.number + 1) }
            }
        }
        h1.request { span.method { (seen.method) } " " (seen.target) }
        (summary(&seen, words))
        @for check in &seen.signatures { (signature(check, words)) }
        (as_it_came(&seen, words))
    };
    page(&sandbox, words, Place::Request, &title, &main).into_response()
}

/// How to begin.
fn welcome(sandbox: &Sandbox, words: Words) -> Markup {
    let merchant = sandbox.merchant();
    html! {
        section.card {
            p { (words.pick(
                "No requests yet. Point a client at this address, and let it trust the authority in ca.pem:",
                "还没有收到请求。请把客户端指向下面的地址，并信任 ca.pem 中的 CA：",
            )) }
            pre { (sandbox.base_url()) }
            dl {
                dt { (words.pick("Merchant ID", "商户号")) } dd { code { (merchant.mch_id.as_str()) } }
                dt { "appid" } dd { code { (merchant.appid.as_str()) } }
                dt { (words.pick("Certificate serial number", "商户证书序列号")) } dd { code { (merchant.serial_no) } }
                dt { (words.pick("Platform public key", "微信支付公钥ID")) } dd { code { (merchant.platform_key_id) } }
            }
            p { (words.pick(
                "Each request then stands here with its signatures: one that fails is explained. Without a client, ",
                "此后每个请求都会列在这里，并显示签名检查结果；签名失败会说明原因。如果还没有客户端，可以先在",
            ))
                a href="/books" { (words.pick("the books", "账目")) }
                (words.pick(
                    " can be tried at once: add an order there, pay it, refund it and complain about it.",
                    "页面试用：添加订单，然后支付、退款、投诉。",
                ))
            }
        }
    }
}

fn list_of(seen: &[SeenRequest], words: Words) -> Markup {
    let names = words.pick(
        ["#", "Time", "Request", "Signatures", "Fault", "Response"],
        ["#", "时间", "请求", "签名", "故障", "应答"],
    );
    let rows = seen.iter().map(|seen| {
        let path = format!("/requests/{}", seen.number);
        let row = Row::of(
            &seen.number.to_string(),
            [
                cell(html! { a.number href=(path) { (seen.number) } }),
                time(clock_time(seen.time)),
                cell(html! {
                    a.target href=(path) { span.method { (seen.method) } " " (breakable(&seen.target)) }
                    @if let Some(number) = number(seen) { div.small { (long(&number)) } }
                    @if let Some(cause) = first_cause(seen, words) { div.cause { (cause) } }
                }),
                cell(badges(seen, words)),
                cell(html! { @if let Some(one) = &seen.fault { (fault_tag(one)) } }),
                cell(answer(seen, words)),
            ],
        );
        row.class(if failed(seen) { "failed" } else { "" })
    });
    table("requests", names, rows)
}

fn summary(seen: &SeenRequest, words: Words) -> Markup {
    html! {
        dl.summary {
            dt { (words.pick("Received", "时间")) } dd { (clock_time(seen.time)) }
            dt { (words.pick("Endpoint", "接口")) }
            dd { @match seen.api {
                Some(api) => code { (api.name()) },
                None => (words.pick("none of the sandbox's", "沙箱没有这个接口")),
            } }
            @if let Some(number) = number(seen) {
                dt { (words.pick("Number", "单号")) } dd { code { (number) } }
            }
            dt { (words.pick("Client certificate", "商户证书")) }
            dd { @if seen.client_certificate {
                (words.pick("shown", "已出示"))
            } @else {
                (words.pick("not shown", "未出示"))
            } }
            @if let Some(one) = &seen.fault {
                dt { (words.pick("Fault", "故障")) } dd { (fault_tag(one)) }
            }
            dt { (words.pick("Response", "应答")) } dd { (answer(seen, words)) }
            @if seen.signatures.is_empty() {
                dt { (words.pick("Signatures", "签名")) }
                dd { (words.pick("none was checked: an earlier step failed", "未检查：之前的步骤已失败")) }
            }
        }
    }
}

fn signature(check: &SignatureCheck, words: Words) -> Markup {
    html! {
        section.card.signature.failed[!check.held] {
            h2 { code { (check.kind.as_str()) } " " (verdict(check, words)) }
            @if !check.causes.is_empty() {
                ul.causes {
                    @for cause in &check.causes {
                        li { (words.pick(cause.english(), cause.chinese())) }
                    }
                }
            }
            @if let Some(signed) = &check.signed_text {
                @if *signed != check.text {
                    h3 { (words.pick("The text to be signed, and the text that was signed", "待签名串，与实际签名的内容")) }
                    (diff::show(
                        &check.text, words.pick("To be signed", "应当签名的内容"),
                        signed, words.pick("Was signed", "实际签名的内容"),
                    ))
                } @else { (text(check, words)) }
            } @else if !check.text.is_empty() {
                (text(check, words))
            }
            (values(check, words))
        }
    }
}

fn text(check: &SignatureCheck, words: Words) -> Markup {
    html! {
        h3 { (words.pick("The text to be signed", "待签名串")) }
        pre { (diff::visible(&check.text)) }
    }
}

/// The signature that came, beside the one that had to.
fn values(check: &SignatureCheck, words: Words) -> Markup {
    let came = words.pick("Received", "收到的签名");
    html! {
        @match (&check.expected, &check.received) {
            (Some(expected), Some(received)) if expected != received => {
                h3 { (words.pick("The signature", "签名值")) }
                (diff::show_if_alike(expected, words.pick("Expected", "应有的签名"), received, came))
            }
            (_, Some(received)) => {
                h3 { (words.pick("The signature", "签名值")) }
                pre.long { (received) }
            }
            (Some(expected), None) => {
                h3 { (words.pick("The expected signature", "应有的签名")) }
                pre.long { (expected) }
            }
            (None, None) => {}
        }
    }
}

fn as_it_came(seen: &SeenRequest, words: Words) -> Markup {
    let body = String::from_utf8_lossy(&seen.body);
    html! {
        section.card {
            h2 { (words.pick("The request as it came", "收到的请求")) }
            dl.headers {
                @for (name, value) in &seen.headers {
                    dt { code { (name.as_str()) } }
                    dd { code.long { (String::from_utf8_lossy(value.as_bytes())) } }
                }
            }
            @if body.is_empty() {
                (nothing(words.pick("No body.", "没有报文主体。")))
            } @else {
                pre { (body) }
            }
        }
        @if seen.ended {
            section.card {
                h2 { (words.pick("The response", "应答")) " " (answer(seen, words)) }
                @if seen.reply.is_empty() {
                    (nothing(words.pick("No body.", "没有报文主体。")))
                } @else {
                    pre { (String::from_utf8_lossy(&seen.reply)) }
                }
            }
        }
    }
}

fn verdict(check: &SignatureCheck, words: Words) -> Markup {
    html! {
        @if check.held {
            span.tag.good { "✓ " (words.pick("holds", "通过")) }
        } @else {
            span.tag.bad { "✗ " (words.pick("fails", "失败")) }
        }
    }
}

fn badges(seen: &SeenRequest, words: Words) -> Markup {
    html! { @for check in &seen.signatures { (badge(check, words)) " " } }
}

fn badge(check: &SignatureCheck, words: Words) -> Markup {
    let name = match check.kind {
        SignatureKind::Authorization => "V3",
        SignatureKind::Sign => "sign",
        SignatureKind::WorkwxSign => "workwx_sign",
    };
    let (class, mark, said) = if check.held {
        ("tag good", "✓ ", words.pick("holds", "通过"))
    } else {
        ("tag bad", "✗ ", words.pick("fails", "失败"))
    };
    html! { span class=(class) title=(said) { (mark) (name) } }
}

fn fault_tag(one: &crate::Fault) -> Markup {
    html! {
        span.tag.fault {
            (fault::name(one))
            @if let Some(detail) = fault::detail(one) { " " (detail) }
        }
    }
}

fn answer(seen: &SeenRequest, words: Words) -> Markup {
    html! {
        @match (seen.status, seen.ended) {
            (Some(status), _) => {
                span.status.bad[status >= 400] { (status) }
                @if let Some(code) = code(seen) { " " span.code.bad[failed(seen)] { (code) } }
            },
            (None, true) => span.status.bad { (words.pick("closed", "断开")) },
            (None, false) => span.status { (words.pick("under way", "处理中")) },
        }
    }
}

fn first_cause(seen: &SeenRequest, words: Words) -> Option<&str> {
    let failed = seen.signatures.iter().find(|check| !check.held)?;
    let cause = failed.causes.first()?;
    Some(words.pick(cause.english(), cause.chinese()))
}

/// This many of the latest requests are listed at most.
const SHOWN: usize = 200;

/// The failures are those of so many of the latest requests.
const SEARCHED: u64 = 2_000;
