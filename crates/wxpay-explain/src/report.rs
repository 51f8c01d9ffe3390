mod render;

use crate::Diff;
use crate::causes::{Cause, Severity, capture as causes};
use crate::finding::Finding;

/// Whether a signature or encryption holds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[allow(clippy::exhaustive_enums)] // it does, it does not, or nobody knows
pub enum Verdict {
    /// It was recomputed, and holds.
    Holds,
    /// It does not hold.
    Broken,
    /// It could not be checked: a key is missing.
    Unchecked,
}

impl Verdict {
    /// The name: `holds`, `broken` or `unchecked`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Broken => "broken",
            Self::Unchecked => "unchecked",
        }
    }
}

/// One signature or encrypt, and whether it holds.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Check {
    /// What was checked: `sign`, `workwx_sign`, `Authorization`, `Wechatpay-Signature`, `resource`,
    /// `req_info`, or the name of a encrypted field.
    pub what: String,
    /// The outcome.
    pub verdict: Verdict,
}

/// What was found out about a captured message. It holds no secret; values of the message are only
/// in [`expected_text`](Self::expected_text), [`verified_text`](Self::verified_text) and
/// [`diff`](Self::diff).
#[derive(Clone, Debug, Default)]
pub struct Report {
    checks: Vec<Check>,
    findings: Vec<Finding>,
    expected: Option<String>,
    verified: Option<Verified>,
    signed: Option<String>,
    diff: Option<Diff>,
    /// The message is WeChat Pay's: its text is for verifying, not for signing.
    received: bool,
    /// The other text of the difference is the one that WeChat Pay signed, not the user's program.
    by_wechat: bool,
}

/// The text that WeChat Pay says it verified.
#[derive(Clone, Debug)]
struct Verified {
    /// Its beginning.
    text: String,
    /// Characters of the whole, as WeChat Pay counts them.
    length: Option<usize>,
}

impl Report {
    /// Every signature and encrypt in the message, in the order in which they were looked at.
    pub fn checks(&self) -> &[Check] {
        &self.checks
    }

    /// What was found, the heaviest first.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Whether everything that is signed was checked and holds, and nothing is wrong: broken if
    /// anything is, else unchecked if anything was not checked or nothing is signed.
    pub fn verdict(&self) -> Verdict {
        let any = |verdict| self.checks.iter().any(|check| check.verdict == verdict);
        let error = |finding: &Finding| finding.severity() == Severity::Error;
        if any(Verdict::Broken) || self.findings.iter().any(error) {
            Verdict::Broken
        } else if any(Verdict::Unchecked) || self.checks.is_empty() {
            Verdict::Unchecked
        } else {
            Verdict::Holds
        }
    }

    /// The text that this message asks to be signed, with `********` for the key.
    pub fn expected_text(&self) -> Option<&str> {
        self.expected.as_deref()
    }

    /// The text that WeChat Pay verified, or its beginning, when it refused a signature and says so
    /// (`SIGN_ERROR`).
    pub fn verified_text(&self) -> Option<&str> {
        self.verified
            .as_ref()
            .map(|verified| verified.text.as_str())
    }

    /// What differs, when two texts are known: the text that should be signed, or the one that
    /// WeChat Pay verified, and the one that the program signed; or the text that a capture of a
    /// response gives, and the one that WeChat Pay signed.
    pub const fn diff(&self) -> Option<&Diff> {
        self.diff.as_ref()
    }

    pub(crate) fn check(&mut self, what: &str, verdict: Verdict) {
        self.checks.push(Check {
            what: what.to_owned(),
            verdict,
        });
    }

    pub(crate) fn find<const N: usize>(
        &mut self,
        cause: &'static Cause,
        values: [(&'static str, &str); N],
    ) {
        self.add(Finding::new(cause, values));
    }

    pub(crate) fn add(&mut self, finding: Finding) {
        if !self.findings.contains(&finding) {
            self.findings.push(finding);
        }
    }

    pub(crate) fn add_all(&mut self, findings: impl IntoIterator<Item = Finding>) {
        for finding in findings {
            self.add(finding);
        }
    }

    /// Keeps what should have been signed and, when it is known and another, what was.
    pub(crate) fn texts(&mut self, expected: String, signed: Option<&str>) {
        self.signed = signed.map(ToOwned::to_owned);
        self.expected = Some(expected);
    }

    /// Keeps what this capture gives to be verified, and what WeChat Pay signed.
    pub(crate) fn received_texts(&mut self, captured: String, signed: &str) {
        self.texts(captured, Some(signed));
        self.by_wechat = true;
    }

    /// Keeps what WeChat Pay verified: the beginning of a text of this length.
    pub(crate) fn verified(&mut self, text: &str, length: Option<usize>, signed: Option<&str>) {
        self.signed = signed.map(ToOwned::to_owned);
        let text = text.to_owned();
        self.verified = Some(Verified { text, length });
    }

    /// Says that the message came from WeChat Pay.
    pub(crate) const fn is_received(&mut self) {
        self.received = true;
    }

    /// Whether a signature of the message itself holds, and none is broken.
    pub(crate) fn is_signed_rightly(&self) -> bool {
        let signatures = [
            "sign",
            "workwx_sign",
            "Authorization",
            "Wechatpay-Signature",
        ];
        let checks = self.checks.iter();
        let mut verdicts = checks
            .filter(|check| signatures.contains(&check.what.as_str()))
            .map(|check| check.verdict)
            .peekable();
        verdicts.peek().is_some() && verdicts.all(|verdict| verdict == Verdict::Holds)
    }

    /// Whether the body could not be read.
    pub(crate) fn is_damaged(&self) -> bool {
        let damages = [
            &causes::XML_DAMAGED,
            &causes::XML_DUPLICATE,
            &causes::XML_ENCODING,
            &causes::JSON_DAMAGED,
            &causes::NEITHER,
        ];
        let mut findings = self.findings.iter();
        findings.any(|finding| damages.iter().any(|damage| damage.id() == finding.id()))
    }

    /// Puts the heaviest first and hides every secret.
    pub(crate) fn finish(mut self, mask: impl Fn(&str) -> String) -> Self {
        self.findings
            .sort_by_key(|finding| std::cmp::Reverse(finding.severity()));
        for finding in &mut self.findings {
            finding.map_values(&mask);
        }
        self.expected = self.expected.map(|text| mask(&text));
        self.signed = self.signed.map(|text| mask(&text));
        if let Some(verified) = &mut self.verified {
            verified.text = mask(&verified.text);
        }
        let compared = self.verified_text().or_else(|| self.expected_text());
        if let (Some(expected), Some(signed)) = (compared, &self.signed) {
            self.diff = Some(Diff::new(expected, signed)).filter(|diff| !diff.is_empty());
        }
        self
    }
}
