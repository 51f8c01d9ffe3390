use crate::Params;

/// Writes the fields in their order, escaped.
pub(crate) fn write(params: &Params) -> String {
    let bytes = params
        .iter()
        .map(|(name, value)| 2 * name.len() + value.len() + 8);
    let mut out = String::with_capacity(bytes.sum::<usize>() + 16);
    out.push_str("<xml>");
    for (name, value) in params.iter() {
        out.push('<');
        out.push_str(name);
        out.push('>');
        escape(value, &mut out);
        out.push_str("</");
        out.push_str(name);
        out.push('>');
    }
    out.push_str("</xml>");
    out
}

fn escape(value: &str, out: &mut String) {
    for c in value.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            // A plain one would be read back as a line feed.
            '\r' => out.push_str("&#13;"),
            c => out.push(c),
        }
    }
}
