//! What a field is written to: a form of APIv2, or the path, query, headers or body of APIv3.

use std::net::IpAddr;
use std::ops::RangeInclusive;

use wxpay_catalog::{Field, Is};
use wxpay_core::{
    Date, DateFormat, Decimal, Fen, Identifier, InvalidInput, Secret, TimeFormat, WireTime,
};

use super::condition::{json_of, said_one};
use super::scalar::{items, max};
use crate::json::{Body, Json};
use crate::limits::checked;
use crate::v2::Form;
use crate::v3::Call;
use crate::{Max, Upload};

/// What a field is written to.
pub(super) enum Target<'a> {
    Form(&'a mut Form),
    Path(&'a mut Call),
    Query(&'a mut Call),
    Header(&'a mut Call),
    File(&'a mut Call),
    /// The call knows the client's own IDs; objects within the body have none.
    Body(&'a mut Body, Option<&'a Call>),
}

type Done = Result<(), InvalidInput>;

impl Target<'_> {
    pub(super) fn id(&mut self, name: &'static str, value: &impl Identifier) -> Done {
        match self {
            Self::Form(form) => form.id(name, value),
            Self::Path(call) => call.path(name, value),
            Self::Query(call) => call.query(name, value),
            Self::Header(call) => call.header(name, checked(name, value)?, Max::Chars(128)),
            Self::File(_) => misplaced(name),
            Self::Body(body, _) => body.id(name, value),
        }
    }

    pub(super) fn text(&mut self, name: &'static str, value: &str, max: Max) -> Done {
        match self {
            Self::Form(form) => form.text(name, value, max),
            Self::Path(call) => call.path_text(name, value, max),
            Self::Query(call) => call.query_text(name, value, max),
            Self::Header(call) => call.header(name, value, max),
            Self::File(_) => misplaced(name),
            Self::Body(body, _) => body.text(name, value, max),
        }
    }

    pub(super) fn sealed(&mut self, name: &'static str, value: &Secret, max: Max) -> Done {
        match self {
            Self::Query(call) => call.query_sealed(name, value, max),
            Self::Body(body, _) => body.sealed(name, value, max),
            _ => misplaced(name),
        }
    }

    pub(super) fn sealed_list(
        &mut self,
        name: &'static str,
        values: &[Secret],
        items: RangeInclusive<usize>,
        max: Max,
    ) -> Done {
        match self {
            Self::Body(body, _) => body.sealed_list(name, values, items, max),
            _ => misplaced(name),
        }
    }

    pub(super) fn fen(&mut self, name: &'static str, value: Fen, range: Range) -> Done {
        match self {
            Self::Form(form) => form.fen(name, value, range),
            Self::Query(call) => call.query_fen(name, value, range),
            Self::Body(body, _) => body.fen(name, value, range),
            _ => misplaced(name),
        }
    }

    pub(super) fn integer(&mut self, name: &'static str, value: i64, range: Range) -> Done {
        match self {
            Self::Form(form) => form.integer(name, value, range),
            Self::Path(call) => call.path_integer(name, value, range),
            Self::Query(call) => call.query_integer(name, value, range),
            Self::Body(body, _) => body.integer(name, value, range),
            Self::Header(_) | Self::File(_) => misplaced(name),
        }
    }

    pub(super) fn number(&mut self, name: &'static str, value: &str) -> Done {
        match self {
            Self::Form(form) => form.number(name, value),
            Self::Query(call) => call.query_number(name, value),
            Self::Body(body, _) => body.number(name, value),
            _ => misplaced(name),
        }
    }

    pub(super) fn decimal(&mut self, name: &'static str, value: &Decimal) -> Done {
        match self {
            Self::Form(form) => form.decimal(name, value),
            Self::Body(body, _) => body.decimal(name, value),
            _ => misplaced(name),
        }
    }

    pub(super) fn boolean(&mut self, name: &'static str, value: bool) -> Done {
        match self {
            Self::Form(form) => form.boolean(name, value),
            Self::Query(call) => call.query_boolean(name, value),
            Self::Body(body, _) => body.boolean(name, value),
            _ => return misplaced(name),
        }
        Ok(())
    }

    pub(super) fn ip(&mut self, name: &'static str, value: IpAddr, max: Max) -> Done {
        match self {
            Self::Form(form) => form.ip(name, value, max),
            Self::Body(body, _) => body.ip(name, value),
            _ => misplaced(name),
        }
    }

    pub(super) fn time(
        &mut self,
        name: &'static str,
        value: &WireTime,
        format: TimeFormat,
    ) -> Done {
        match self {
            Self::Form(form) => form.time(name, value, format),
            Self::Query(call) => call.query_time(name, value, format),
            Self::Body(body, _) => body.time(name, value, format),
            _ => misplaced(name),
        }
    }

    pub(super) fn date(&mut self, name: &'static str, value: Date, format: DateFormat) -> Done {
        match self {
            Self::Form(form) => form.date(name, value, format),
            Self::Path(call) => call.path_date(name, value, format),
            Self::Query(call) => call.query_date(name, value, format),
            Self::Body(body, _) => body.date(name, value, format),
            Self::Header(_) | Self::File(_) => misplaced(name),
        }
    }

    /// A file to upload, which is a part of its own.
    pub(super) fn file(&mut self, field: &'static Field, file: &Upload) -> Done {
        let name = field.wire();
        match self {
            Self::File(call) => {
                let extensions: Vec<&str> = field.extensions.iter().map(String::as_str).collect();
                let max_bytes = field.max_bytes.map(|max| max as u64);
                call.file(name, file, &extensions, max_bytes)
            }
            _ => misplaced(name),
        }
    }

    pub(super) fn raw(&mut self, name: &'static str, value: &Json) -> Done {
        match self {
            Self::Body(body, _) => body.raw(name, value),
            _ => misplaced(name),
        }
    }

    pub(super) fn set(&mut self, name: &'static str, value: Json) -> Done {
        match self {
            Self::Body(body, _) => {
                body.set(name, value);
                Ok(())
            }
            _ => misplaced(name),
        }
    }

    pub(super) fn fixed(&mut self, name: &'static str, value: &Is) -> Done {
        match self {
            Self::Form(form) => form.set(name, said_one(value)),
            Self::Query(call) => call.query_set(name, said_one(value)),
            Self::Body(body, _) => body.set(name, json_of(value)),
            _ => return misplaced(name),
        }
        Ok(())
    }

    pub(super) fn own(&mut self, name: &'static str, required: bool) -> Done {
        match self {
            Self::Form(form) => form.own(name, required),
            Self::Path(call) => call.own_path(name, required),
            Self::Query(call) => call.own_query(name, required),
            Self::Body(body, Some(call)) => body.own(name, call, required),
            _ => misplaced(name),
        }
    }

    pub(super) fn object(
        &mut self,
        name: &'static str,
        write: impl FnOnce(&mut Body) -> Done,
    ) -> Done {
        match self {
            Self::Body(body, _) => body.object(name, write),
            _ => misplaced(name),
        }
    }

    pub(super) fn objects(
        &mut self,
        field: &'static Field,
        members: &[Json],
        write: impl Fn(&Json, &mut Body) -> Done,
    ) -> Done {
        let (name, items) = (field.wire(), items(field));
        match self {
            Self::Body(body, _) if field.written.is_none() => {
                body.objects(name, members, items, write)
            }
            Self::Body(body, _) => body.json_list(name, members, items, max(field), write),
            Self::Form(form) => form.json_list(name, members, items, max(field), write),
            _ => misplaced(name),
        }
    }

    pub(super) fn json(
        &mut self,
        name: &'static str,
        max: Max,
        write: impl FnOnce(&mut Body) -> Done,
    ) -> Done {
        match self {
            Self::Form(form) => form.json(name, max, write),
            Self::Query(call) => call.query_json(name, max, write),
            Self::Body(body, _) => body.json(name, max, write),
            _ => misplaced(name),
        }
    }

    pub(super) fn url_encoded(
        &mut self,
        name: &'static str,
        max: Max,
        write: impl FnOnce(&mut Body) -> Done,
    ) -> Done {
        match self {
            Self::Form(form) => form.url_encoded(name, max, write),
            _ => misplaced(name),
        }
    }
}

type Range = RangeInclusive<i64>;

/// The generator refuses such a description.
fn misplaced(name: &'static str) -> Done {
    Err(InvalidInput::new(
        name,
        "can't be written here: the catalogue is wrong",
        "无法写入此处：接口目录有误",
    ))
}
