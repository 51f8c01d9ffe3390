/// A phrase in both languages. The Chinese one comes from the parentheses of the spec's.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Words {
    pub(crate) en: &'static str,
    pub(crate) zh: &'static str,
}

/// A field of a request or of a reply.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field {
    /// The name on the wire.
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) need: Need,
    pub(crate) words: Words,
}

/// Whether a request can do without a field.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Need {
    Optional,
    Required,
    /// Exactly one of those that name the same choice (二选一).
    Choice(&'static str),
}

/// What a field holds.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    Text,
    /// A personal or secret text.
    Secret,
    /// A text that is sealed for the merchant (敏感信息加密). Replies only.
    Sealed,
    /// An amount in fen (分).
    Fen,
    Integer,
    Boolean,
    /// One of these.
    Enum(&'static [Value]),
    /// A JSON object, or several fields of a reply that come together.
    Object(&'static [Field]),
    /// A list of objects.
    List(&'static [Field]),
}

/// A documented value of an enum.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Value {
    pub(crate) wire: &'static str,
    pub(crate) words: Words,
}

impl Words {
    pub(crate) const fn new(en: &'static str, zh: &'static str) -> Self {
        Self { en, zh }
    }
}

impl Field {
    /// One that may be left out, as any of a reply.
    pub(crate) const fn optional(
        name: &'static str,
        kind: Kind,
        en: &'static str,
        zh: &'static str,
    ) -> Self {
        Self {
            name,
            kind,
            need: Need::Optional,
            words: Words::new(en, zh),
        }
    }

    pub(crate) const fn required(
        name: &'static str,
        kind: Kind,
        en: &'static str,
        zh: &'static str,
    ) -> Self {
        Self {
            need: Need::Required,
            ..Self::optional(name, kind, en, zh)
        }
    }

    pub(crate) const fn choice(
        choice: &'static str,
        name: &'static str,
        kind: Kind,
        en: &'static str,
        zh: &'static str,
    ) -> Self {
        Self {
            need: Need::Choice(choice),
            ..Self::optional(name, kind, en, zh)
        }
    }

    /// The option that gives it: `out_trade_no` is `--out-trade-no`.
    pub(crate) fn option(&self) -> String {
        self.name.replace('_', "-")
    }
}

impl Kind {
    /// Whether a value of this kind is personal, or holds what is.
    pub(crate) fn is_secret(self) -> bool {
        match self {
            Self::Secret => true,
            Self::Object(fields) | Self::List(fields) => {
                fields.iter().any(|field| field.kind.is_secret())
            }
            _ => false,
        }
    }
}

impl Value {
    pub(crate) const fn new(wire: &'static str, en: &'static str, zh: &'static str) -> Self {
        Self {
            wire,
            words: Words::new(en, zh),
        }
    }
}
