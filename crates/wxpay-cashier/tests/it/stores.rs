//! What is stored, and what is not read.

use std::sync::Arc;

use async_trait::async_trait;
use wxpay_cashier::{
    Cashier, MemoryStore, Outcome, PayEnd, QueryEnd, Rules, SaleId, SaleStore, Snapshot, StoreError,
};
use wxpay_transport::TokioTimer;

use crate::world::{
    NOON, Scripted, asked, cashier_by, clock, lost, not_reversed, paid, refused, sale, told,
};

/// A store that has one text.
#[derive(Debug)]
struct Fixed(String);

#[async_trait]
impl SaleStore for Fixed {
    async fn load(&self, _: &SaleId) -> Result<Option<String>, StoreError> {
        Ok(Some(self.0.clone()))
    }

    async fn save(&self, _: &Snapshot) -> Result<(), StoreError> {
        Err(StoreError::Conflict)
    }

    async fn open(&self) -> Result<Vec<SaleId>, StoreError> {
        Ok(vec![sale()])
    }
}

fn over(text: &str) -> Cashier<Scripted> {
    let service = Scripted::new(lost(), [QueryEnd::Unpaid], []);
    Cashier::builder(service, Fixed(text.to_owned()), TokioTimer::new())
        .clock(clock())
        .build()
}

async fn stored(service: &Scripted) -> (Arc<MemoryStore>, String) {
    let store = Arc::new(MemoryStore::new());
    let cashier = cashier_by(service, Rules::default(), Arc::clone(&store));
    let _ = cashier.charge(&sale(), &asked("A1")).await.unwrap();
    let text = store.load(&sale()).await.unwrap().unwrap();
    (store, text)
}

/// A later version has to read this.
#[tokio::test(start_paused = true)]
async fn text_of_the_first_version() {
    let service = Scripted::new(
        refused("NOTENOUGH"),
        [QueryEnd::Unpaid, QueryEnd::Unpaid, QueryEnd::Unpaid, paid()],
        [not_reversed("SYSTEMERROR")],
    );
    let (_, text) = stored(&service).await;
    let began_at = NOON * 1000;
    let paid_at = (NOON + 3) * 1000;
    let expected = format!(
        r#"{{"format":1,"sale":"till-3-0042","revision":16,"account":"scripted 1900000109","number":"A1","earlier":[],"amount":1800,"began_at":{began_at},"is_sent":true,"elapsed_ms":115000,"charge":{{"state":"refused","code":"NOTENOUGH","message":"","kind":"for_now"}},"seen":{{"state":"paid","transaction_id":"4200001","amount":1800,"paid_at":{paid_at}}},"not_known":0,"unanswered":0,"reversal":{{"sent":1,"last_ms":15000,"stand":"in_doubt","found_nothing":false,"too_late":false}},"cancel":false,"last_query_ms":115000}}"#
    );
    assert_eq!(text, expected);
    let found = over(&text).find(&sale()).await.unwrap().unwrap();
    assert_eq!(told(&found), "open: PaidWhileReversing");
}

#[tokio::test(start_paused = true)]
async fn settled_text_is_read_back() {
    let mut other = crate::world::payment(3);
    other.amount = wxpay_core::Fen::new(5);
    for (pay, query, expected) in [
        (lost(), paid(), "paid"),
        (lost(), QueryEnd::Failed, "not paid: Failed"),
        (lost(), QueryEnd::Refunded, "refunded"),
        (PayEnd::Paying, QueryEnd::Closed, "not paid: Closed"),
        (refused("NOAUTH"), QueryEnd::NotFound, "not paid: Refused"),
        (lost(), QueryEnd::Paid(other), "open: OtherAmount"),
        (refused("ORDERPAID"), paid(), "open: OtherPayment"),
    ] {
        let service = Scripted::new(pay, [query], []);
        let (store, text) = stored(&service).await;
        let found = over(&text).find(&sale()).await.unwrap().unwrap();
        assert_eq!(told(&found), expected);
        let open = store.open().await.unwrap();
        assert_eq!(open.is_empty(), !matches!(found, Outcome::Open(_)));
    }
}

#[tokio::test(start_paused = true)]
async fn other_texts_are_not_read() {
    let service = Scripted::new(lost(), [QueryEnd::Unpaid], []);
    let (_, text) = stored(&service).await;
    let broken = [
        String::new(),
        "{}".to_owned(),
        text.replace(r#""format":1"#, r#""format":2"#),
        text.replace("till-3-0042", "till-3-0043"),
        text.replace(r#""cancel":false,"#, ""),
        text.replace(r#""cancel":false,"#, r#""cancel":false,"cancel":true,"#),
        text.replace(r#""in_doubt""#, r#""perhaps""#)
            .replace(r#""accepted""#, r#""perhaps""#),
    ];
    for text in broken {
        let cashier = over(&text);
        let error = cashier.find(&sale()).await.unwrap_err();
        assert!(
            matches!(error, StoreError::Unreadable(_)),
            "{error}: {text}"
        );
        let unsettled = cashier.resume().await.unwrap();
        assert_eq!((unsettled.open.len(), unsettled.unreadable.len()), (0, 1));
        let charge = cashier.charge(&sale(), &asked("A2")).await;
        assert!(charge.is_err());
    }
}

/// A loop that runs an open order on does not spin while the store fails or another program works
/// on it.
#[tokio::test(start_paused = true)]
async fn run_waits_before_it_tries_the_store_again() {
    let service = Scripted::new(lost(), [QueryEnd::Unpaid], []);
    let (_, text) = stored(&service).await;
    let held = over(&text);
    let missing = cashier_by(&service, Rules::default(), Arc::default());
    for (cashier, expected) in [(held, "open: InOtherHands"), (missing, "open: NotStored")] {
        let open = || async {
            let open = over(&text).resume().await.unwrap().open.pop();
            open.unwrap()
        };
        let mut outcome = cashier.run(open().await).await;
        for _ in 0..3 {
            assert_eq!(told(&outcome), expected);
            let start = tokio::time::Instant::now();
            let Outcome::Open(open) = outcome else {
                panic!("it is open");
            };
            outcome = cashier.run(open).await;
            assert_eq!(start.elapsed(), std::time::Duration::from_secs(10));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn another_merchants_client_leaves_it_alone() {
    let service = Scripted::new(lost(), [QueryEnd::Unpaid], []);
    let (store, _) = stored(&service).await;
    let other = service.clone().of_account("scripted 1900000110");
    let cashier = cashier_by(&other, Rules::default(), store);
    let calls = service.calls().len();
    let unsettled = cashier.resume().await.unwrap();
    let [(name, StoreError::OtherAccount(account))] = unsettled.unreadable.as_slice() else {
        panic!("{unsettled:?}");
    };
    assert_eq!((name, account.as_str()), (&sale(), "scripted 1900000109"));
    assert!(cashier.charge(&sale(), &asked("A2")).await.is_err());
    assert!(
        cashier
            .cancel(&sale(), &"A1".parse().unwrap())
            .await
            .is_err()
    );
    assert_eq!(service.calls().len(), calls);
}

#[tokio::test]
async fn names_of_sales() {
    for bad in ["", "till 3", "收银", &"x".repeat(65)] {
        assert!(SaleId::new(bad).is_err(), "{bad}");
    }
    assert_eq!(SaleId::new("till-3/42").unwrap().as_str(), "till-3/42");
}
