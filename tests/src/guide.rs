//! The code in the guide compiles, in both languages.

/// Their code needs what the feature brings.
#[cfg(feature = "postgres")]
mod postgres {
    #[doc = include_str!("../../docs/guide/en/payouts-postgres.md")]
    struct English;
    #[doc = include_str!("../../docs/guide/zh/payouts-postgres.md")]
    struct Chinese;
}

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
        FrontEnd "../../docs/guide/en/front-end.md",
        Notifications "../../docs/guide/en/notifications.md",
        TakingPayments "../../docs/guide/en/taking-payments.md",
        Refunds "../../docs/guide/en/refunds.md",
        ProfitSharing "../../docs/guide/en/profit-sharing.md",
        Complaints "../../docs/guide/en/complaints.md",
        ServiceProviders "../../docs/guide/en/service-providers.md",
        Payouts "../../docs/guide/en/payouts.md",
        UserTransfers "../../docs/guide/en/user-transfers.md",
        CsvRefunds "../../docs/guide/en/csv-refunds.md",
        RedPackets "../../docs/guide/en/red-packets.md",
        Bills "../../docs/guide/en/bills.md",
        Uploads "../../docs/guide/en/uploads.md",
        ScannedCodes "../../docs/guide/en/scanned-codes.md",
        Errors "../../docs/guide/en/errors.md",
        Configuration "../../docs/guide/en/configuration.md",
        Sandbox "../../docs/guide/en/sandbox.md",
        GoingLive "../../docs/guide/en/going-live.md",
        PublicKeyMigration "../../docs/guide/en/public-key-migration.md",
        OwnEndpoints "../../docs/guide/en/own-endpoints.md",
        OwnTransport "../../docs/guide/en/own-transport.md",
        OnlySignatures "../../docs/guide/en/only-signatures.md",
        KmsSigner "../../docs/guide/en/kms-signer.md",
        Blocking "../../docs/guide/en/blocking.md",
        NationalAlgorithms "../../docs/guide/en/national-algorithms.md";
    chinese:
        Index "../../docs/guide/zh/README.md",
        FirstCall "../../docs/guide/zh/first-call.md",
        FrontEnd "../../docs/guide/zh/front-end.md",
        Notifications "../../docs/guide/zh/notifications.md",
        TakingPayments "../../docs/guide/zh/taking-payments.md",
        Refunds "../../docs/guide/zh/refunds.md",
        ProfitSharing "../../docs/guide/zh/profit-sharing.md",
        Complaints "../../docs/guide/zh/complaints.md",
        ServiceProviders "../../docs/guide/zh/service-providers.md",
        Payouts "../../docs/guide/zh/payouts.md",
        UserTransfers "../../docs/guide/zh/user-transfers.md",
        CsvRefunds "../../docs/guide/zh/csv-refunds.md",
        RedPackets "../../docs/guide/zh/red-packets.md",
        Bills "../../docs/guide/zh/bills.md",
        Uploads "../../docs/guide/zh/uploads.md",
        ScannedCodes "../../docs/guide/zh/scanned-codes.md",
        Errors "../../docs/guide/zh/errors.md",
        Configuration "../../docs/guide/zh/configuration.md",
        Sandbox "../../docs/guide/zh/sandbox.md",
        GoingLive "../../docs/guide/zh/going-live.md",
        PublicKeyMigration "../../docs/guide/zh/public-key-migration.md",
        OwnEndpoints "../../docs/guide/zh/own-endpoints.md",
        OwnTransport "../../docs/guide/zh/own-transport.md",
        OnlySignatures "../../docs/guide/zh/only-signatures.md",
        KmsSigner "../../docs/guide/zh/kms-signer.md",
        Blocking "../../docs/guide/zh/blocking.md",
        NationalAlgorithms "../../docs/guide/zh/national-algorithms.md";
}
