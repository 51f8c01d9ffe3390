use crate::Params;

/// Writes the fields in their order, escaped.
pub(crate) fn write(params: &Params) -> String {
    let fields = params.iter();
    let pieces = fields.flat_map(|(name, value)| ["<></>", name, name, value]);
    let bytes = pieces.chain(["<xml></xml>"]).map(str::len).sum();
    let mut out = String::with_capacity(bytes);
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
