//! `CHANGELOG.md`: an entry for each version that is published.

/// What is wrong with the entry of a version.
pub(crate) fn problem(log: &str, version: &str) -> Option<String> {
    let Some(mut lines) = entry(log, version) else {
        return Some(format!("CHANGELOG.md: no entry `## [{version}]`"));
    };
    if lines.any(|line| line.starts_with("- ")) {
        None
    } else {
        Some(format!("CHANGELOG.md: the entry of {version} says nothing"))
    }
}

/// The day of a version, or `Unreleased`.
pub(crate) fn date<'a>(log: &'a str, version: &str) -> Option<&'a str> {
    let heading = format!("## [{version}]");
    let line = log.lines().find_map(|line| line.strip_prefix(&heading))?;
    Some(line.trim_start_matches([' ', '-']).trim())
}

fn entry<'a>(log: &'a str, version: &str) -> Option<impl Iterator<Item = &'a str>> {
    let heading = format!("## [{version}]");
    let mut lines = log.lines();
    lines.find(|line| line.starts_with(&heading))?;
    Some(lines.take_while(|line| !line.starts_with("## ")))
}

#[cfg(test)]
mod tests {
    use super::{date, problem};

    const LOG: &str = "# Changelog\n\n## [Unreleased]\n\n## [0.2.0] - 2026-12-01\n\n## [0.1.0] - Unreleased\n\n\
                       ### Added\n\n- Payouts.\n";

    #[test]
    fn a_version_needs_an_entry_that_says_something() {
        assert_eq!(problem(LOG, "0.1.0"), None);
        assert_eq!(
            problem(LOG, "0.2.0").as_deref(),
            Some("CHANGELOG.md: the entry of 0.2.0 says nothing")
        );
        assert_eq!(
            problem(LOG, "0.3.0").as_deref(),
            Some("CHANGELOG.md: no entry `## [0.3.0]`")
        );
    }

    #[test]
    fn the_day_stands_in_the_heading() {
        assert_eq!(date(LOG, "0.2.0"), Some("2026-12-01"));
        assert_eq!(date(LOG, "0.1.0"), Some("Unreleased"));
        assert_eq!(date(LOG, "0.3.0"), None);
    }
}
