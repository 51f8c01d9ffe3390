//! Red packets.

use maud::{Markup, html};

use crate::RedPacket;
use crate::control::page::books::encoded;
use crate::control::page::layout::{asking, button, long, nothing, state, yuan};
use crate::control::page::table::{Row, act, amount, cell, table};
use crate::control::page::words::Words;

pub(crate) fn red_packets(packets: &[RedPacket], words: Words) -> Markup {
    if packets.is_empty() {
        return nothing(words.pick(
            "None yet. The user receives a red packet by its button, within 24 hours.",
            "还没有红包。发放后，可用按钮代用户在24小时内领取。",
        ));
    }
    let names = words.pick(
        ["Number", "Amount", "To", "State", "Asked for", ""],
        ["商户订单号", "金额", "收款用户", "状态", "请求次数", ""],
    );
    let rows = packets.iter().map(|packet| {
        let path = |act: &str| {
            let number = encoded(&packet.mch_billno);
            format!("/v1/red_packets/{number}/{act}")
        };
        let question = words.pick("Which user?", "领取的用户：");
        Row::of(
            &packet.mch_billno,
            [
                cell(html! { (long(&packet.mch_billno)) div.small { (long(&packet.send_listid)) } }),
                amount(yuan(packet.total_amount)),
                cell(html! {
                    (long(&packet.re_openid))
                    @for claim in &packet.claims {
                        div.small { (yuan(claim.amount)) " " (long(&claim.openid)) }
                    }
                }),
                cell(html! {
                    (state(&packet.status))
                    @if let Some(reason) = &packet.reason { div.small { (reason) } }
                }),
                amount(format!("{}×", packet.requests)),
                act(html! {
                    @if packet.status == "SENT" && packet.claims.is_empty() {
                        (button(words.pick("User receives it", "用户领取"), &path("receive"), "{}"))
                    } @else if packet.status == "SENT" {
                        (asking(words.pick("Another user", "其他用户领取"), &path("receive"), "openid", question, ""))
                    }
                }),
            ],
        )
    });
    table("red_packets", names, rows)
}
