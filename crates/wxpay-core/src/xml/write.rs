use crate::Params;

/// Writes the fields in their order, escaped.
pub(crate) fn write(params: &Params) -> String {
    let (names, values) = params.lengths();
    let marks = "<xml></xml>".len() + params.len() * "<></>".len();
    let mut out = String::with_capacity(marks + 2 * names + values);
    let plain = !params.may_hold_ampersand()
        && !params.may_hold(|byte| byte != b'&' && escaped(byte.into()).is_some());
    out.push_str("<xml><");
    for (name, value) in params.iter() {
        out.push_str(name);
        out.push('>');
        if plain {
            out.push_str(value);
        } else {
            escape(value, &mut out);
        }
        out.push_str("</");
        out.push_str(name);
        out.push_str("><");
    }
    out.push_str("/xml>");
    out
}

fn escape(value: &str, out: &mut String) {
    for c in value.chars() {
        match escaped(c) {
            Some(escaped) => out.push_str(escaped),
            None => out.push(c),
        }
    }
}

fn escaped(c: char) -> Option<&'static str> {
    match c {
        '&' => Some("&amp;"),
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        // A plain one would be read back as a line feed.
        '\r' => Some("&#13;"),
        _ => None,
    }
}
