use std::fmt;

/// What a payment waits for that WeChat Pay has taken: nothing about it is in doubt, and nothing
/// has failed.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Hold {
    /// Who has to do something before it goes on.
    pub waits_for: WaitsFor,
    /// What the front end opens the page with on which the user confirms (跳转领取页面的package信息).
    pub package: Option<Package>,
    /// The state in WeChat Pay's words, for people.
    pub said: String,
}

impl Hold {
    /// A payment that waits for somebody, in the words of WeChat Pay's state.
    pub fn new(waits_for: WaitsFor, said: impl Into<String>) -> Self {
        Self {
            waits_for,
            package: None,
            said: said.into(),
        }
    }

    /// The same, with what the front end needs.
    #[must_use]
    pub fn package(mut self, package: Option<Package>) -> Self {
        self.package = package;
        self
    }
}

/// Who has to do something before a payment goes on that WeChat Pay has taken.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[allow(clippy::exhaustive_enums)] // the journal keeps every one
pub enum WaitsFor {
    /// The user, who has to confirm it, on a page that the [package](Hold::package) opens.
    User,
    /// The user, who has to receive what was sent (待领取). The merchant's program has nothing more to
    /// do for it.
    Receiver,
    /// A person of the merchant, who has to approve the payment (待付款确认) before WeChat Pay makes it.
    Approver,
    /// A person of the merchant, who has to put something right, at WeChat Pay's merchant platform,
    /// say.
    Merchant,
    /// WeChat Pay itself, which is not done with it.
    WeChatPay,
    /// The merchant's program, which may have to send the same request once more (原单重试): the engine
    /// does.
    Repetition,
}

impl WaitsFor {
    /// Every one.
    pub const ALL: [Self; 6] = [
        Self::User,
        Self::Receiver,
        Self::Approver,
        Self::Merchant,
        Self::WeChatPay,
        Self::Repetition,
    ];

    /// Whether it is a person, who takes as long as they like.
    pub(crate) const fn is_person(self) -> bool {
        match self {
            Self::User | Self::Receiver | Self::Approver | Self::Merchant => true,
            Self::WeChatPay | Self::Repetition => false,
        }
    }

    /// Its name in a journal, such as `user`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Receiver => "receiver",
            Self::Approver => "approver",
            Self::Merchant => "merchant",
            Self::WeChatPay => "wechat_pay",
            Self::Repetition => "repetition",
        }
    }
}

/// What the front end opens the page with on which a user confirms a transfer (package_info).
///
/// Give it to the front end of that user alone. `Debug` does not show it.
#[derive(Clone, Eq, PartialEq)]
pub struct Package(String);

impl Package {
    /// As it came from WeChat Pay.
    pub fn new(package: impl Into<String>) -> Self {
        Self(package.into())
    }

    /// As the front end needs it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Package {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Package({} bytes)", self.0.len())
    }
}
