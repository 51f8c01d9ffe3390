/// Whether an endpoint can change anything at WeChat Pay.
#[allow(clippy::exhaustive_enums)] // complete by definition
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Effect {
    /// The endpoint only reads.
    Read,
    /// The endpoint may move money or change an order.
    Write,
}

/// Whether a request may have reached the server.
#[allow(clippy::exhaustive_enums)] // complete by definition
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Sent {
    /// No byte of the request can have reached the server.
    No,
    /// It cannot be ruled out.
    Maybe,
}

/// What a failed call says about the effect it asked for.
///
/// Meant to be matched without a `_` arm: there is no fourth case.
#[allow(clippy::exhaustive_enums)] // complete by definition
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Outcome {
    /// This call provably had no effect: it was refused here, or nothing of it was sent.
    ///
    /// It speaks of this call alone. An earlier call under the same merchant order number keeps its
    /// own outcome.
    NotExecuted,
    /// The effect may have happened, now or in an earlier call under the same merchant order
    /// number.
    ///
    /// Query before doing anything else, and repeat only with the same number and the same
    /// parameters.
    Unknown,
    /// The call only reads, so nothing changed; what it asked about is as unknown as it was before.
    ///
    /// A query that fails, `NOT_FOUND` included, is never proof that a payment failed. Query again.
    ReadFailed,
}

/// How far a transfer, payment or order has come, as a verified response tells it.
#[allow(clippy::exhaustive_enums)] // complete by definition
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Progress {
    /// Still under way. Query again later.
    Pending,
    /// The money has moved.
    Succeeded,
    /// It ended without moving money.
    Failed,
    /// The money moved and came back, wholly or in part (退款, 退票).
    Returned,
    /// A state this version does not know. Treat it as [`Pending`](Self::Pending) and have a person
    /// look.
    Unknown,
}

/// What settles an unknown outcome of a write.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Resolve {
    /// The query of this full name, such as `v2.pay.query_order`.
    Query(&'static str),
    /// The same call with the same parameters: it has its effect once.
    Repeat,
    /// Nothing. Have a person look.
    None,
}

/// How certain an error code makes its call's end.
#[allow(clippy::exhaustive_enums)] // complete by definition
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Certainty {
    /// The code names a cause that stops this attempt; a query still has to confirm it.
    Definite,
    /// The code leaves open whether the effect happened.
    Ambiguous,
    /// A query failed; the code says nothing about what it asked about.
    QueryFailed,
}

/// What the documents say of an error code, in addition to its [`Outcome`].
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub struct Class {
    /// How certain the code makes the call's end.
    pub certainty: Certainty,
    /// The merchant's configuration or this program is wrong: every further call would fail alike.
    pub configuration: bool,
    /// A limit or rate was hit.
    pub limit: bool,
    /// To go on, repeat under the same number with the same parameters.
    pub same_number: bool,
}

impl Class {
    /// A code that the documents do not list.
    pub const UNLISTED: Self = Self::new(Certainty::Ambiguous);

    /// A class with this certainty and nothing else known.
    pub const fn new(certainty: Certainty) -> Self {
        Self {
            certainty,
            configuration: false,
            limit: false,
            same_number: false,
        }
    }

    /// The same, caused by configuration.
    #[must_use]
    pub const fn configuration(mut self) -> Self {
        self.configuration = true;
        self
    }

    /// The same, caused by a limit.
    #[must_use]
    pub const fn limit(mut self) -> Self {
        self.limit = true;
        self
    }

    /// The same, to be repeated under the same number.
    #[must_use]
    pub const fn same_number(mut self) -> Self {
        self.same_number = true;
        self
    }
}

/// One documented error code of an endpoint.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct CodeFacts {
    /// The code as WeChat Pay writes it.
    pub code: &'static str,
    /// What a response with this code says about the effect.
    pub outcome: Outcome,
    /// What else the documents say.
    pub class: Class,
}

impl CodeFacts {
    /// The facts of one code.
    pub const fn new(code: &'static str, outcome: Outcome, class: Class) -> Self {
        Self {
            code,
            outcome,
            class,
        }
    }
}
