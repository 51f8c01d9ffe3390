//! The clock, the faults, and what else can be set.

use std::sync::Arc;

use axum::extract::State;
use axum::response::IntoResponse;
use maud::{Markup, html};
use serde_json::json;

use crate::control::fault;
use crate::control::page::layout::{Place, button, clock_time, live, nothing, page};
use crate::control::page::table::{Row, act, cell, table};
use crate::control::page::words::Words;
use crate::control::view;
use crate::{Api, RefundEnd, Sandbox, Trust};

pub(crate) async fn show(State(sandbox): State<Arc<Sandbox>>, words: Words) -> impl IntoResponse {
    let main = html! {
        h1 { (words.pick("Clock", "时钟")) }
        (live("clock", clock(&sandbox, words)))
        h1 { (words.pick("Faults", "故障")) }
        (new_fault(words))
        (live("faults", faults(&sandbox, words)))
        h1 { (words.pick("Refunds", "退款")) }
        (live("refund-end", refunds(&sandbox, words)))
        h1 { (words.pick("More", "其他")) }
        (live("more", more(&sandbox, words)))
    };
    let title = words.pick("Clock and faults", "时钟与故障");
    page(&sandbox, words, Place::Steer, title, &main)
}

fn clock(sandbox: &Sandbox, words: Words) -> Markup {
    let advance = |text: &str, seconds: u64| {
        button(
            text,
            "/v1/clock",
            &json!({"advance_seconds": seconds}).to_string(),
        )
    };
    html! {
        section.card {
            p {
                b.big { (clock_time(sandbox.now())) } " " (words.pick("UTC+8", "北京时间")) " · "
                @if sandbox.is_clock_frozen() {
                    (words.pick("stands still", "已停止"))
                } @else {
                    (words.pick("runs", "运行中"))
                }
            }
            p.buttons {
                (advance(words.pick("+ 15 seconds", "+ 15 秒"), 15))
                (advance(words.pick("+ 5 minutes", "+ 5 分钟"), 300))
                (advance(words.pick("+ 1 hour", "+ 1 小时"), 3600))
                (advance(words.pick("+ 1 day", "+ 1 天"), 86_400))
                @if sandbox.is_clock_frozen() {
                    (button(words.pick("Run on", "继续运行"), "/v1/clock", r#"{"run":true}"#))
                } @else {
                    (button(words.pick("Stop", "停止"), "/v1/clock", r#"{"freeze":"now"}"#))
                }
            }
            p.small { (words.pick(
                "Everything that is due by then happens: notifications are sent again, orders expire, payments settle.",
                "到期的事件会照常发生：重发通知、订单过期、付款到账。",
            )) }
        }
    }
}

fn new_fault(words: Words) -> Markup {
    html! {
        form.card.fault data-post="/v1/faults" {
            label {
                (words.pick("Endpoint", "接口"))
                select name="api" {
                    @for api in Api::all() { option value=(api.name()) { (api.name()) } }
                }
            }
            label {
                (words.pick("Fault", "故障"))
                select name="fault" {
                    @for name in fault::names() { option value=(name) { (name) } }
                }
            }
            label { (words.pick("Code", "错误码")) input name="code" placeholder="SYSTEMERROR" size="16"; }
            label { (words.pick("Delay, ms", "延迟（毫秒）")) input name="delay_ms" type="number" min="0" data-number; }
            label { (words.pick("Times", "次数")) input name="times" type="number" min="1" value="1" data-number; }
            button type="submit" { (words.pick("Add", "添加")) }
        }
    }
}

fn faults(sandbox: &Sandbox, words: Words) -> Markup {
    let (waiting, rules) = (sandbox.injected_faults(), sandbox.fault_rules());
    if waiting.is_empty() && rules.is_empty() {
        return nothing(words.pick("No faults are waiting.", "没有等待中的故障。"));
    }
    let names = words.pick(
        ["Endpoint", "Fault", "For", ""],
        ["接口", "故障", "范围", ""],
    );
    let described = |one: &crate::Fault| {
        html! {
            span.tag.fault { (fault::name(one)) @if let Some(detail) = fault::detail(one) { " " (detail) } }
        }
    };
    let waiting = waiting.iter().map(|(api, one)| {
        Row::of(
            api.name(),
            [
                cell(html! { code { (api.name()) } }),
                cell(described(one)),
                cell(html! { (words.pick("one request", "一次请求")) }),
                act(html! {}),
            ],
        )
    });
    let rules = rules.iter().map(|rule| {
        let often = html! {
            @match rule.times_left() {
                Some(left) => { (left) " " (words.pick("requests", "次请求")) }
                None => (words.pick("every request", "每次请求")),
            }
            @if rule.probability() < 1.0 { ", p = " (rule.probability()) }
        };
        Row::of(
            rule.api().name(),
            [
                cell(html! { code { (rule.api().name()) } }),
                cell(described(rule.fault())),
                cell(often),
                act(html! {
                    button type="button" data-method="DELETE" data-post={ "/v1/faults/" (rule.id()) } {
                        (words.pick("Remove", "删除"))
                    }
                }),
            ],
        )
    });
    table("faults", names, waiting.chain(rules))
}

/// What becomes of refunds, and when.
fn refunds(sandbox: &Sandbox, words: Words) -> Markup {
    let end = match sandbox.refund_end() {
        RefundEnd::Success => words.pick("succeeds", "成功"),
        RefundEnd::Abnormal => words.pick("goes wrong", "异常"),
        RefundEnd::Closed => words.pick("is closed", "关闭"),
    };
    let delay = sandbox.refund_delay().as_secs();
    let ends =
        |text: &str, end: &str| button(text, "/v1/refund_end", &json!({"end": end}).to_string());
    let after = |text: &str, seconds: u64| {
        button(
            text,
            "/v1/refund_delay",
            &json!({"seconds": seconds}).to_string(),
        )
    };
    html! {
        section.card {
            p { (words.pick("The next refund ", "下一笔退款将")) b { (end) }
                @if delay == 0 {
                    (words.pick(" at once.", "，立即生效。"))
                } @else {
                    (words.pick(format!(" after {delay} s."), format!("，{delay} 秒后生效。")))
                }
            }
            p.buttons {
                (ends(words.pick("Succeeds", "成功"), "success"))
                (ends(words.pick("Goes wrong", "异常"), "abnormal"))
                (ends(words.pick("Is closed", "关闭"), "closed"))
                (after(words.pick("At once", "立即"), 0))
                (after(words.pick("After a minute", "一分钟后"), 60))
            }
        }
    }
}

fn more(sandbox: &Sandbox, words: Words) -> Markup {
    let merchant = sandbox.merchant();
    html! {
        section.card {
            dl {
                dt { (words.pick("Mode", "验签方式")) } dd { code { (view::trust(sandbox.trust())) } }
                dt { (words.pick("Merchant ID", "商户号")) } dd { code { (merchant.mch_id.as_str()) } }
                dt { (words.pick("Certificate serial number", "商户证书序列号")) } dd { code { (merchant.serial_no) } }
                dt { (words.pick("Platform public key", "微信支付公钥ID")) } dd { code { (merchant.platform_key_id) } }
            }
            p.buttons {
                @if sandbox.trust() != Trust::PublicKey {
                    (button(words.pick("Rotate the platform certificate", "更换平台证书"), "/v1/certificates/rotate", "{}"))
                }
                button.danger type="button" data-post="/v1/reset"
                    data-ask=(words.pick("Forget all orders, payouts, requests and faults?", "清除所有订单、付款、请求和故障？")) {
                    (words.pick("Reset", "清空"))
                }
            }
        }
    }
}
