//! Broken specs. Each case is a spec, what is replaced in it and by what, and what the generator
//! says.

mod common;
mod facts;
mod fields;
mod files;
mod tables;
mod unsaid;
mod uploads;

use crate::copy::Copy;

type Case = (&'static str, &'static str, &'static str, &'static str);

/// Every refusal names file and line.
fn refused(cases: &[Case]) {
    let copy = Copy::small();
    assert!(copy.run(&[]).status.success(), "it is sound as it is");
    for (spec, from, to, reason) in cases {
        let refusal = copy.refusal_of(spec, |text| text.replacen(from, to, 1));
        let line = refusal.lines().find(|line| line.contains(reason));
        let line = line.unwrap_or_else(|| panic!("{from} -> {to}: {refusal}"));
        let (file, rest) = line
            .split_once(".toml:")
            .unwrap_or_else(|| panic!("no file: {line}"));
        assert!(file.starts_with("error: xtask/spec/"), "{line}");
        let number = rest.split(':').next().unwrap();
        assert!(
            number.parse::<usize>().is_ok_and(|number| number > 0),
            "no line: {line}"
        );
    }
}
