use std::borrow::Cow;

use http::{Response, StatusCode};
use wxpay_core::Fen;

use crate::payload::{self, Payload};
use crate::random::another;
use crate::v2::sign::{self, SignType};
use crate::{Fault, Merchant};

/// A response: its fields in their order, and how it is to be signed, if it is.
#[derive(Default)]
pub(crate) struct Message {
    fields: Vec<Field>,
    sign_type: Option<SignType>,
}

struct Field {
    name: Cow<'static, str>,
    value: String,
    /// Whether the value is written as it is; texts go into CDATA.
    plain: bool,
}

impl Message {
    /// A response to be signed in this way.
    pub(crate) fn signed(sign_type: SignType) -> Self {
        Self {
            fields: Vec::new(),
            sign_type: Some(sign_type),
        }
    }

    /// Adds a text.
    pub(crate) fn text(self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) -> Self {
        self.field(name.into(), value.into(), false)
    }

    /// Adds a text, if there is one.
    pub(crate) fn optional(self, name: &'static str, value: Option<impl Into<String>>) -> Self {
        match value {
            Some(value) => self.text(name, value),
            None => self,
        }
    }

    /// Adds a number of digits that is not a number to compute with.
    pub(crate) fn plain(self, name: &'static str, value: impl Into<String>) -> Self {
        self.field(name.into(), value.into(), true)
    }

    /// Adds elements within an element.
    pub(crate) fn raw(self, name: impl Into<Cow<'static, str>>, elements: String) -> Self {
        self.field(name.into(), elements, true)
    }

    /// Adds an amount.
    pub(crate) fn fen(self, name: impl Into<Cow<'static, str>>, amount: Fen) -> Self {
        self.field(name.into(), amount.to_string(), true)
    }

    /// The same response about another number.
    pub(crate) fn about_another(mut self) -> Self {
        for field in &mut self.fields {
            if NUMBERS.contains(&&*field.name) {
                field.value = another(&field.value);
            }
        }
        self
    }

    /// Signs the response, if it is to be signed, and writes it.
    pub(crate) fn seal(self, merchant: &Merchant, fault: Option<&Fault>) -> Response<Payload> {
        payload::whole(StatusCode::OK, "text/plain", self.write(merchant, fault))
    }

    /// Signs the message, if it is to be signed, and gives its XML.
    pub(crate) fn write(mut self, merchant: &Merchant, fault: Option<&Fault>) -> String {
        if let Some(sign_type) = self.sign_type {
            let fields = self
                .fields
                .iter()
                .map(|field| (&*field.name, &*field.value));
            let mut sign = sign::sign(sign_type, fields, merchant.api_v2_key.expose());
            if fault == Some(&Fault::WrongSignature) {
                sign = another(&sign);
            }
            if fault != Some(&Fault::MissingSignature) {
                self = self.text("sign", sign);
            }
            if fault == Some(&Fault::TamperedBody) {
                self.tamper();
            }
        }
        self.to_xml("xml")
    }

    fn field(mut self, name: Cow<'static, str>, value: String, plain: bool) -> Self {
        self.fields.push(Field { name, value, plain });
        self
    }

    fn tamper(&mut self) {
        let targets = [
            "total_fee",
            "return_amount",
            "unsplit_amount",
            "trade_state",
            "err_code",
            "prepay_id",
            "result_code",
        ];
        let target = targets
            .iter()
            .find_map(|name| self.fields.iter().position(|field| field.name == *name));
        if let Some(field) = target.and_then(|at| self.fields.get_mut(at)) {
            field.value = match (&*field.name, &*field.value) {
                ("result_code", _) => "FAIL".to_owned(),
                (_, "SUCCESS") => "NOTPAY".to_owned(),
                ("prepay_id", value) => another(value),
                (_, value) if field.plain => another(value),
                _ => "SUCCESS".to_owned(),
            };
        }
    }

    /// Writes the fields under a root element.
    pub(crate) fn to_xml(&self, root: &str) -> String {
        let mut xml = format!("<{root}>\n");
        for Field { name, value, plain } in &self.fields {
            if *plain {
                xml += &format!("<{name}>{value}</{name}>\n");
            } else {
                let text = value.replace("]]>", "]]]]><![CDATA[>");
                xml += &format!("<{name}><![CDATA[{text}]]></{name}>\n");
            }
        }
        xml + "</" + root + ">"
    }
}

/// The fields that name what a response is about.
const NUMBERS: [&str; 14] = [
    "partner_trade_no",
    "mch_billno",
    "send_listid",
    "out_refund_no",
    "refund_id",
    "out_order_no",
    "order_id",
    "out_return_no",
    "payment_no",
    "detail_id",
    "out_trade_no",
    "transaction_id",
    "prepay_id",
    "code_url",
];
