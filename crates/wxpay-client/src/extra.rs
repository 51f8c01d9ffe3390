use crate::json::Json;

/// Members of a request that this version does not know, by name: for what WeChat Pay has added
/// since.
///
/// A name that the request has itself is refused when the request is written, and nothing is sent.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Extra(Vec<(String, Json)>);

impl Extra {
    /// None.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds a member, in the place of an earlier one of that name.
    pub fn insert(&mut self, name: impl Into<String>, value: impl Into<Json>) {
        let name = name.into();
        self.0.retain(|(known, _)| *known != name);
        self.0.push((name, value.into()));
    }

    /// Names and values, in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Json)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The members, none of which the request has itself.
    pub(crate) fn checked<'a>(
        &'a self,
        known: &'a [&str],
    ) -> impl Iterator<Item = Result<(&'a str, &'a Json), wxpay_core::InvalidInput>> {
        self.iter().map(|(name, value)| {
            let broken = |rule, rule_zh| {
                let error = wxpay_core::InvalidInput::new(name.to_owned(), rule, rule_zh);
                Err(error)
            };
            if name.is_empty() {
                return broken("must have a name", "名称不能为空");
            }
            if known.contains(&name) {
                return broken(
                    "is a field of this request: set that one, not an extra member",
                    "是该请求已有的字段：请直接设置该字段，不要作为额外字段传入",
                );
            }
            Ok((name, value))
        })
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Extra {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}
