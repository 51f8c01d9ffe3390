/// `pay_employee` and `NO_CHECK` as `PayEmployee` and `NoCheck`.
pub(crate) fn camel(name: &str) -> String {
    name.split(['_', '-', '.'])
        .map(|word| {
            let mut letters = word.chars();
            let first = letters.next().map(|c| c.to_ascii_uppercase());
            first
                .into_iter()
                .chain(letters.map(|c| c.to_ascii_lowercase()))
                .collect::<String>()
        })
        .collect()
}

/// The Rust name of a field: `payAuthNo` is `pay_auth_no`, `type` is `type_`, `coupon_id_$n` is
/// `coupon_id`.
pub(crate) fn field(wire: &str) -> String {
    let base = wire.split("_$").next().unwrap_or(wire);
    let mut name = String::new();
    let mut before_small = false;
    for c in base.chars() {
        if c.is_ascii_uppercase() && before_small {
            name.push('_');
        }
        before_small = c.is_ascii_lowercase() || c.is_ascii_digit();
        name.push(match c {
            '-' | '.' => '_',
            c => c.to_ascii_lowercase(),
        });
    }
    if KEYWORDS.contains(&name.as_str()) {
        name.push('_');
    }
    name
}

/// Whether a name can be a field, a module or a feature.
pub(crate) fn is_snake(name: &str) -> bool {
    let mut letters = name.chars();
    !KEYWORDS.contains(&name)
        && letters.next().is_some_and(|c| c.is_ascii_lowercase())
        && letters.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// Whether a name can be a type or a variant.
pub(crate) fn is_camel(name: &str) -> bool {
    let mut letters = name.chars();
    letters.next().is_some_and(|c| c.is_ascii_uppercase())
        && letters.all(|c| c.is_ascii_alphanumeric())
        && name != "Self"
}

const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate",
    "do", "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl",
    "in", "let", "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref",
    "return", "self", "static", "struct", "super", "trait", "true", "try", "type", "typeof",
    "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// A phrase as the beginning of a sentence.
pub(crate) fn capitalized(phrase: &str) -> String {
    let mut letters = phrase.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}
