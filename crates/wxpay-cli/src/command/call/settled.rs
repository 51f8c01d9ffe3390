use wxpay_api::json::Json;
use wxpay_catalog::{Field, Operation};

use super::{Call, arguments};
use crate::lang::Lang;
use crate::operation::{choice_of, given, is_secret};

/// What settles an unknown outcome.
pub(super) enum Settled {
    /// A query, as a command with what is known of its fields.
    Query(String),
    /// The same call again.
    Repeat,
    /// Nothing.
    Not,
}

impl Settled {
    pub(super) fn of(call: &Call) -> Self {
        match call.operation.resolve.as_deref() {
            Some("repeat") => Self::Repeat,
            None | Some("none") => Self::Not,
            Some(name) => wxpay_catalog::find(name)
                .map_or(Self::Not, |query| Self::Query(command(query, call))),
        }
    }

    pub(super) fn is_query(&self) -> bool {
        matches!(self, Self::Query(_))
    }

    pub(super) fn query(self) -> Option<String> {
        match self {
            Self::Query(command) => Some(command),
            Self::Repeat | Self::Not => None,
        }
    }

    pub(super) fn said(&self, lang: Lang) -> String {
        match self {
            Self::Query(command) => format!("{}{command}", lang.pick("query: ", "请查询：")),
            Self::Repeat => lang
                .pick(
                    "no query settles it: the same call again, with the same parameters, settles it",
                    "没有可用的查询：请以完全相同的参数再次调用，即可确定结果",
                )
                .to_owned(),
            Self::Not => lang
                .pick(
                    "no query settles it: look on the merchant platform before you call it again",
                    "没有可用的查询：再次调用前，请先到商户平台核实",
                )
                .to_owned(),
        }
    }
}

/// The command of a query, with what the call says of its fields.
fn command(query: &'static Operation, call: &Call) -> String {
    let mut words = vec!["wxpay call".to_owned(), query.name.clone()];
    for field in asked(query, call) {
        let value = known(&call.request, field).unwrap_or_else(|| {
            let unknown = if field.ty == "Boolean" {
                "false"
            } else {
                "…"
            };
            unknown.to_owned()
        });
        words.push(format!("--{} {value}", arguments::option(query, field)));
    }
    // The query of another merchant would tell of another order.
    for (name, value) in call.options.config.of_identity() {
        words.push(format!("--{name} {}", quoted(value)));
    }
    if let Some(path) = call.options.config.path() {
        words.push(format!("--config {}", quoted(&path.display().to_string())));
    }
    words.join(" ")
}

/// The fields that a query can't do without. Of a choice, that which the call itself can't do
/// without, since it is the number of what was asked for and not of what that belongs to; or else
/// one that is known, or the first.
fn asked(query: &'static Operation, call: &Call) -> Vec<&'static Field> {
    let request = &call.request;
    let is_own = |field: &&&Field| {
        let mut own = call.operation.request.iter();
        own.any(|own| own.required && own.wire() == field.wire())
    };
    let mut asked = Vec::new();
    for field in given(query).filter(|field| !is_secret(field)) {
        match choice_of(query, field) {
            None if field.required => asked.push(field),
            None => {}
            Some(choice) => {
                let fields = choice.fields.iter();
                let known: Vec<&Field> = fields
                    .filter(|field| known(request, field).is_some())
                    .collect();
                let best = known.iter().find(is_own).or_else(|| known.first());
                if best.copied().or_else(|| choice.fields.first()) == Some(field) {
                    asked.push(field);
                }
            }
        }
    }
    asked
}

/// What a request says of a field, as a shell takes it.
fn known(request: &Json, field: &Field) -> Option<String> {
    match request.get(field.wire())? {
        Json::Text(text) => Some(quoted(text)),
        Json::Integer(number) => Some(number.to_string()),
        Json::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

/// A word that a shell takes as it is.
fn quoted(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-./:@,+".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use clap::{Args, Command, FromArgMatches};

    use super::super::Options;
    use super::*;

    fn call(resolve: &str, request: &str) -> Call {
        let operation = format!(
            r#"{{"name": "v3.a.b", "version": "v3", "title_en": "B", "title_zh": "乙", "effect": "write", "resolve": "{resolve}",
                "doc": "https://pay.weixin.qq.com/", "certainty": "official"}}"#
        );
        let operation: Operation = serde_json::from_str(&operation).unwrap();
        let options = Options::augment_args(Command::new("call"))
            .try_get_matches_from(["call"])
            .unwrap();
        Call {
            operation: Box::leak(Box::new(operation)),
            request: Json::parse(request.as_bytes()).unwrap(),
            files: Vec::new(),
            options: Options::from_arg_matches(&options).unwrap(),
            out: None,
            lang: Lang::En,
        }
    }

    fn said(resolve: &str, request: &str) -> String {
        let call = call(resolve, request);
        let chinese = Settled::of(&call).said(Lang::Zh);
        assert!(chinese.contains("查询"), "{chinese}");
        Settled::of(&call).said(Lang::En)
    }

    #[test]
    fn a_query_is_told_with_one_of_the_numbers_that_are_known() {
        let both = r#"{"out_trade_no": "a b", "transaction_id": "1"}"#;
        assert_eq!(
            said("v2.pay.query_order", both),
            "query: wxpay call v2.pay.query_order --transaction-id 1"
        );
        assert_eq!(
            said("v2.pay.query_order", r#"{"out_trade_no": "it's"}"#),
            r"query: wxpay call v2.pay.query_order --out-trade-no 'it'\''s'"
        );
        assert_eq!(
            said("v2.pay.query_order", "{}"),
            "query: wxpay call v2.pay.query_order --transaction-id …"
        );
        assert_eq!(
            said("v2.wecom.query_employee_payment", "{}"),
            "query: wxpay call v2.wecom.query_employee_payment --partner-trade-no …"
        );
    }

    /// The number of the refund itself, and not that of its order, which can have many.
    #[test]
    fn a_query_asks_by_the_number_of_the_call_itself() {
        let mut call = call(
            "v2.pay.query_refund",
            r#"{"out_trade_no": "T1", "out_refund_no": "R1", "transaction_id": "4"}"#,
        );
        call.operation = wxpay_catalog::find("v2.pay.create_refund").unwrap();
        assert_eq!(
            Settled::of(&call).query().unwrap(),
            "wxpay call v2.pay.query_refund --out-refund-no R1"
        );
    }

    #[test]
    fn a_query_asks_as_the_same_merchant() {
        let mut call = call("v2.pay.query_order", r#"{"out_trade_no": "T1"}"#);
        let options = Options::augment_args(Command::new("call"));
        let options = options
            .try_get_matches_from([
                "call",
                "--mch-id",
                "1900000109",
                "--sub-mch-id",
                "1900000110",
                "--sub-app-id",
                "wx2",
                "--base-url",
                "https://localhost:1",
            ])
            .unwrap();
        call.options = Options::from_arg_matches(&options).unwrap();
        assert_eq!(
            Settled::of(&call).query().unwrap(),
            "wxpay call v2.pay.query_order --out-trade-no T1 --mch-id 1900000109 --sub-mch-id 1900000110 --sub-app-id wx2 \
             --base-url https://localhost:1"
        );
    }

    #[test]
    fn where_no_query_tells_that_is_said() {
        assert!(said("repeat", "{}").contains("the same call again"));
        assert!(said("none", "{}").contains("look on the merchant platform"));
        assert!(Settled::of(&call("repeat", "{}")).query().is_none());
    }
}
