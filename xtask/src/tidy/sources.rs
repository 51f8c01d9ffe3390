//! What a file must keep to: its length, its name, no work left for later, nothing unsafe.

/// What is wrong with one file; `path` is from the root of the workspace.
pub(crate) fn problems(path: &str, text: &str) -> Vec<String> {
    let mut problems = Vec::new();
    if path.ends_with("/mod.rs") {
        problems.push(format!("{path}: name the module after what is in it"));
    }
    let lines = text.lines().count();
    if is_source(path) && lines > LONGEST {
        problems.push(format!("{path}: {lines} lines; {LONGEST} is the most"));
    }
    // Prose may speak of the rule.
    let is_prose = path.ends_with(".md");
    for (number, line) in (1..).zip(text.lines()) {
        if !is_prose && LATER.iter().any(|word| line.contains(word)) {
            problems.push(format!("{path}:{number}: finish it or leave it out"));
        }
        if path.ends_with(".rs") && is_unsafe(line) {
            problems.push(format!("{path}:{number}: unsafe code"));
        }
    }
    problems
}

/// What is wrong with a document that has to be read in one go.
pub(crate) fn too_long(path: &str, text: &str) -> Option<String> {
    let kibibytes = text.len().div_ceil(1024);
    (kibibytes > LONGEST_DOCUMENT)
        .then(|| format!("{path}: {kibibytes} KiB; {LONGEST_DOCUMENT} is the most"))
}

const LONGEST: usize = 400;
/// In KiB.
const LONGEST_DOCUMENT: usize = 10;

/// Put together here, so that this file does not find itself.
const LATER: [&str; 4] = [
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("to", "do!("),
    concat!("unimple", "mented!("),
];

/// Written by hand, and neither a test nor an example.
fn is_source(path: &str) -> bool {
    // All but its `lib.rs` is generated.
    if path.starts_with("crates/wxpay-api/src/v") {
        return false;
    }
    let Some((_, inside)) = path.split_once("src/") else {
        return false;
    };
    let of_tests = path.starts_with("tests/")
        || inside
            .split('/')
            .any(|part| part == "tests" || part == "tests.rs");
    path.ends_with(".rs") && !of_tests
}

fn is_unsafe(line: &str) -> bool {
    let code = line.split("//").next().unwrap_or_default();
    let mut rest = code;
    while let Some((before, after)) = rest.split_once("unsafe") {
        let alone = !before.ends_with(|end: char| end.is_alphanumeric() || "_\"".contains(end));
        let after = after.trim_start();
        if alone && UNSAFE.iter().any(|next| after.starts_with(next)) {
            return true;
        }
        rest = after;
    }
    false
}

/// What makes the word more than a word.
const UNSAFE: [&str; 6] = ["{", "fn ", "impl", "trait ", "extern ", "("];

#[cfg(test)]
mod tests {
    use super::{problems, too_long};

    #[test]
    fn a_document_for_one_sitting_has_a_bound() {
        assert_eq!(too_long("A.md", &"a".repeat(10 * 1024)), None);
        assert_eq!(
            too_long("A.md", &"a".repeat(10 * 1024 + 1)),
            Some("A.md: 11 KiB; 10 is the most".to_owned())
        );
    }

    #[test]
    fn a_short_file_is_fine() {
        assert_eq!(
            problems("crates/a/src/lib.rs", "//! What it is.\n"),
            Vec::<String>::new()
        );
    }

    #[test]
    fn a_long_one_is_not() {
        let text = "\n".repeat(401);
        assert_eq!(
            problems("crates/a/src/lib.rs", &text),
            ["crates/a/src/lib.rs: 401 lines; 400 is the most"]
        );
        for path in [
            "crates/wxpay-api/src/v2/pay/query_order.rs",
            "crates/a/src/xml/tests.rs",
            "crates/a/src/tests/world.rs",
            "crates/a/tests/it/all.rs",
            "tests/src/lib.rs",
            "crates/a/examples/one.rs",
        ] {
            assert_eq!(problems(path, &text), Vec::<String>::new(), "{path}");
        }
    }

    #[test]
    fn a_folder_has_no_mod_rs() {
        let problems = problems("crates/a/src/b/mod.rs", "");
        assert_eq!(problems.len(), 1, "{problems:?}");
    }

    #[test]
    fn nothing_is_left_for_later() {
        for word in super::LATER {
            let text = format!("fine\n// {word} more\n");
            let found = problems("deny.toml", &text);
            assert_eq!(found, ["deny.toml:2: finish it or leave it out"], "{word}");
            assert_eq!(problems("README.md", &text), Vec::<String>::new(), "{word}");
        }
    }

    #[test]
    fn unsafe_code_is_found_and_the_word_is_not() {
        let block = concat!("let a = un", "safe { b };");
        let function = concat!("pub un", "safe fn a() {}");
        let attribute = concat!("#[un", "safe(no_mangle)]");
        for code in [block, function, attribute] {
            let found = problems("crates/a/src/lib.rs", code);
            assert_eq!(found, ["crates/a/src/lib.rs:1: unsafe code"], "{code}");
        }
        for fine in [
            concat!("// un", "safe { b }"),
            "unsafe_code = \"forbid\"",
            "let text = \"unsafe\";",
        ] {
            assert_eq!(
                problems("crates/a/src/lib.rs", fine),
                Vec::<String>::new(),
                "{fine}"
            );
        }
    }
}
