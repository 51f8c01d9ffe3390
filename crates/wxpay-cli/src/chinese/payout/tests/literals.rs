//! The sentences that stand in Rust sources as string literals.

use std::fs;
use std::path::Path;

/// Every sentence in the sources of a folder, with the file that it is in.
pub(super) fn sources(folder: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![here(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            // What journals of others break is told to programmers.
            if path.is_dir() {
                if !["tests", "conformance"].contains(&name) {
                    folders.push(path);
                }
            } else if name.ends_with(".rs") && !["tests.rs", "conformance.rs"].contains(&name) {
                let text = fs::read_to_string(&path).unwrap();
                let shown = path.display().to_string();
                let literals = literals(&text).into_iter();
                found.extend(literals.map(|literal| (shown.clone(), literal)));
            }
        }
    }
    found.sort();
    assert!(!found.is_empty());
    found
}

/// The text of a source file.
pub(super) fn read(file: &str) -> String {
    fs::read_to_string(here(file)).unwrap()
}

fn here(path: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The string literals of a source that are sentences: English words with a space between them.
/// Tests are left out, and so are SQL, `expect` and `must_use`.
pub(super) fn literals(source: &str) -> Vec<String> {
    let source = source
        .split("#[cfg(test)]")
        .next()
        .unwrap()
        .split("#[cfg(all(test")
        .next()
        .unwrap();
    let mut found = Vec::new();
    let mut before = String::new();
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        if rest.starts_with("//") {
            rest = rest.split_once('\n').map_or("", |(_, after)| after);
        } else if first == '\'' {
            rest = after_quote(rest);
        } else if first == '"' {
            let (literal, after) = literal(&rest[1..]);
            let is_for_people = !before.ends_with("must_use = ") && !before.ends_with(".expect(");
            let literal = without_names(&literal);
            if is_for_people && is_sentence(&literal) {
                found.push(literal);
            }
            rest = after;
        } else {
            before.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    found
}

/// The text with `{}` for each place, whatever is in it.
pub(super) fn without_names(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        out.push_str("{}");
        rest = after.split_once('}').map_or("", |(_, after)| after);
    }
    out + rest
}

fn is_sentence(text: &str) -> bool {
    const SQL: [&str; 13] = [
        "CREATE", "SELECT", "INSERT", "UPDATE", "DELETE", "PRAGMA", "BEGIN", "ALTER", "WITH",
        "WHERE", "SET ", "AND ", "NULL::",
    ];
    let is_sql = SQL.iter().any(|word| text.trim_start().starts_with(word));
    text.contains(' ') && text.contains(|c: char| c.is_ascii_lowercase()) && !is_sql
}

/// What follows a character literal, or the quote of a lifetime.
fn after_quote(rest: &str) -> &str {
    let mut chars = rest.char_indices().skip(1);
    let first = chars.next().map(|(_, c)| c);
    if first == Some('\\') {
        let escaped = chars.next();
        let end = chars.find(|(_, c)| *c == '\'');
        return escaped.and(end).map_or("", |(at, _)| &rest[at + 1..]);
    }
    match chars.next() {
        Some((at, '\'')) => &rest[at + 1..],
        _ => &rest[1..],
    }
}

/// A literal from behind its first quote on, and what follows it.
fn literal(rest: &str) -> (String, &str) {
    let mut text = String::new();
    let mut chars = rest.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return (text, &rest[at + 1..]),
            '\\' => match chars.next() {
                Some((at, '\n')) => {
                    let after = &rest[at + 1..];
                    let (more, after) = literal(after.trim_start());
                    return (text + &more, after);
                }
                Some((_, 'n' | 'r' | 't')) => text.push('\n'),
                Some((_, escaped)) => text.push(escaped),
                None => {}
            },
            c => text.push(c),
        }
    }
    (text, "")
}

#[test]
fn literals_are_found() {
    let source = r#"
        // "a comment here"
        const A: &'static str = "one \"two\" \
            three {name:?}";
        #[must_use = "it is there"]
        fn f(c: char) { c == '"'; "SELECT a FROM b"; "word"; '\''; "four five" }
        #[cfg(test)]
        const B: &str = "not this one";
    "#;
    assert_eq!(literals(source), ["one \"two\" three {}", "four five"]);
}
