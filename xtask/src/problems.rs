//! The result of a check.

/// Success if the check came to its end and found nothing.
pub(crate) fn none(found: Result<Vec<String>, String>) -> Result<(), Vec<String>> {
    match found {
        Ok(problems) if problems.is_empty() => Ok(()),
        Ok(problems) => Err(problems),
        Err(problem) => Err(vec![problem]),
    }
}
