//! The guide says the same in both languages, names every example there is and no other, and the
//! gate runs them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn pages(language: &str) -> BTreeSet<String> {
    let folder = root().join("docs/guide").join(language);
    let entries = std::fs::read_dir(folder).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.collect()
}

fn page(language: &str, name: &str) -> String {
    std::fs::read_to_string(root().join("docs/guide").join(language).join(name)).unwrap()
}

/// What stands between fences, by the fence's language, without comments.
fn code(text: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut open = false;
    for line in text.lines() {
        if let Some(language) = line.strip_prefix("```") {
            open = !open;
            if open {
                blocks.push(format!("{language}\n"));
            }
        } else if open && let Some(block) = blocks.last_mut() {
            let end = [" #", "//"].iter().filter_map(|mark| line.find(mark)).min();
            block.push_str(line[..end.unwrap_or(line.len())].trim_end());
            block.push('\n');
        }
    }
    blocks
}

#[test]
fn both_languages_have_the_same_pages_with_the_same_code() {
    let english = pages("en");
    assert!(english.len() >= 10);
    assert_eq!(english, pages("zh"));
    let tested = include_str!("../../src/guide.rs");
    for name in &english {
        for language in ["en", "zh"] {
            assert!(
                tested.contains(&format!("docs/guide/{language}/{name}\"")),
                "{name} is not tested"
            );
        }
        let (english, chinese) = (page("en", name), page("zh", name));
        let (english_code, chinese_code) = (code(&english), code(&chinese));
        for (english, chinese) in english_code.iter().zip(&chinese_code) {
            let comment = |line: &&str| !line.trim().is_empty();
            let without = |text: &str| {
                text.lines()
                    .filter(comment)
                    .map(str::to_owned)
                    .collect::<Vec<_>>()
            };
            assert_eq!(without(english), without(chinese), "{name}");
        }
        assert_eq!(english_code.len(), chinese_code.len(), "{name}");
        let shape =
            |text: &str, mark: &str| text.lines().filter(|line| line.starts_with(mark)).count();
        for mark in ["## ", "| ", "- ", "1. "] {
            assert_eq!(
                shape(&english, mark),
                shape(&chinese, mark),
                "{mark}in {name}"
            );
        }
    }
}

#[test]
fn every_example_is_told_of() {
    let mut examples = BTreeSet::new();
    for entry in std::fs::read_dir(root().join("crates")).unwrap() {
        let crate_name = entry.as_ref().unwrap().file_name().into_string().unwrap();
        let Ok(files) = std::fs::read_dir(entry.unwrap().path().join("examples")) else {
            continue;
        };
        for file in files {
            let path = file.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
                // These measure, in long runs of a release build.
                if !["simulate", "speed"].contains(&&*name) {
                    examples.insert((crate_name.clone(), name));
                }
            }
        }
    }
    assert!(examples.len() >= 14, "{examples:?}");
    let gate = std::fs::read_to_string(root().join("xtask/src/ci.rs")).unwrap();
    for (_, name) in &examples {
        assert!(
            gate.contains(&format!("\"{name}\"")),
            "{name} is not in the gate"
        );
    }
    for (language, readme) in [("en", "README.md"), ("zh", "README.zh-CN.md")] {
        let mut text = std::fs::read_to_string(root().join(readme)).unwrap();
        for name in pages(language) {
            text.push_str(&page(language, &name));
        }
        let commands = text.lines().filter(|line| line.starts_with("cargo run "));
        let told: BTreeSet<_> = commands
            .filter_map(|line| {
                let words: Vec<&str> = line.split_whitespace().collect();
                let after =
                    |word| words[words.iter().position(|known| *known == word)? + 1..].first();
                Some((after("-p")?.to_string(), after("--example")?.to_string()))
            })
            .collect();
        for (crate_name, name) in &told {
            let path = format!("crates/{crate_name}/examples/{name}.rs");
            assert!(root().join(&path).is_file(), "{path} in {language}");
        }
        for (crate_name, name) in &examples {
            let linked = text.contains(&format!("crates/{crate_name}/examples/{name}.rs"));
            let told = told.contains(&(crate_name.clone(), name.clone()));
            assert!(linked || told, "{name} in {language}");
        }
    }
}
