//! The code in the guide compiles, in both languages.

macro_rules! pages {
    ($($language:ident: $($name:ident $path:literal),+;)+) => {
        $(mod $language {
            $(#[doc = include_str!($path)] struct $name;)+
        })+
    };
}

pages! {
    english:
        Index "../../docs/guide/en/README.md",
        FirstCall "../../docs/guide/en/first-call.md",
        Notifications "../../docs/guide/en/notifications.md",
        Payouts "../../docs/guide/en/payouts.md",
        Errors "../../docs/guide/en/errors.md",
        GoingLive "../../docs/guide/en/going-live.md",
        PublicKeyMigration "../../docs/guide/en/public-key-migration.md",
        OwnTransport "../../docs/guide/en/own-transport.md",
        KmsSigner "../../docs/guide/en/kms-signer.md",
        Blocking "../../docs/guide/en/blocking.md";
}
