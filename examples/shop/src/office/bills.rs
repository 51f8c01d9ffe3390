//! What came of each day's bill.

use maud::{Markup, html};

use crate::book::days::Day;
use crate::page::{Words, yuan};
use crate::reconcile::{Difference, Sum, What};

pub(super) fn of_day(day: &Day, words: Words) -> Markup {
    let sum =
        |sum: Sum, name: &str| html! { span { (name) " " (sum.count) " · " (yuan(sum.fen)) } };
    let came = &day.came;
    html! {
        section.card.day data-day=(day.day) {
            div.row {
                b { (day.day) }
                @if came.is_clean() {
                    span.tag.done { (words.pick("reconciled", "账目一致")) }
                } @else {
                    span.tag.abnormal { (words.pick("differences: ", "差异：")) (came.differences.len()) }
                }
                (sum(came.payments, words.pick("payments", "支付")))
                (sum(came.refunds, words.pick("refunds", "退款")))
                form method="post" action={ "/days/" (day.day) } {
                    button.quiet type="submit" { (words.pick("Again", "重新核对")) }
                }
            }
            @if !came.is_clean() {
                ul.plain { @for difference in &came.differences { li.difference.note { (told(difference, words)) } } }
            }
        }
    }
}

fn told(difference: &Difference, words: Words) -> Markup {
    let what = match difference.what {
        What::OnlyThere => words.pick("only in the bill", "仅账单中有"),
        What::OnlyHere => words.pick("only in the book", "仅本店有"),
        What::OtherAmount => words.pick("other amounts", "金额不符"),
        What::OtherOrder => words.pick("a refund of another order", "退款所属订单不符"),
        What::NotSettledHere => words.pick("not settled in the book", "本店尚未确认"),
        What::TwiceThere => words.pick("twice in the bill", "账单中重复"),
    };
    html! {
        (what) " " span.number { (difference.number) }
        @if let Some(here) = difference.here { " · " (words.pick("book", "本店")) " " (yuan(here)) }
        @if let Some(there) = difference.there { " · " (words.pick("bill", "账单")) " " (yuan(there)) }
    }
}
