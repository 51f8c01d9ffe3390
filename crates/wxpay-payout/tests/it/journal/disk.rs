use wxpay_payout::SqliteJournal;

use super::{Scratch, owner};

/// SQLite itself fails at the n-th row that is written, and at every one after it, for every n.
/// When the disk works again, each payout is settled, paid once.
#[tokio::test(start_paused = true)]
async fn disk_that_fails_at_any_row_loses_nothing() {
    for fails_at in 0.. {
        let scratch = Scratch::new();
        let path = scratch.path();
        let service = crate::world::Scripted::new(
            [wxpay_payout::PayEnd::Unclear("cut".to_owned())],
            [wxpay_payout::QueryEnd::NotFound],
        );
        let intents = || ["one", "two"].map(|name| crate::world::intent(name, 100));
        let options = || {
            wxpay_payout::RunOptions::new()
                .at_once(std::num::NonZeroUsize::MIN)
                .patience(std::time::Duration::from_secs(600))
        };
        let journal = SqliteJournal::create(&path, &owner()).unwrap();
        let other = rusqlite::Connection::open(&path).unwrap();
        other
            .execute_batch(&format!(
                "CREATE TABLE written (count INTEGER); INSERT INTO written VALUES (0);
                 CREATE TRIGGER disk BEFORE INSERT ON entries WHEN (SELECT count FROM written) >= {fails_at}
                 BEGIN SELECT RAISE(ABORT, 'disk full'); END;
                 CREATE TRIGGER counter AFTER INSERT ON entries BEGIN UPDATE written SET count = count + 1; END;"
            ))
            .unwrap();
        let payouts = crate::world::payouts_over(journal, service.clone());
        let broken = payouts.run(intents(), options()).await;
        assert_eq!(broken.len(), 2, "{broken:?}");
        let written: i64 = other
            .query_row("SELECT count FROM written", [], |row| row.get(0))
            .unwrap();
        other.execute_batch("DROP TRIGGER disk;").unwrap();
        let whole = payouts.run(intents(), options()).await;
        assert_eq!(whole.paid.len(), 2, "row {fails_at}: {whole:?}");
        let mut numbers: Vec<_> = service.messages();
        numbers.sort_by(|one, other| one.bytes().cmp(other.bytes()));
        numbers.dedup();
        assert_eq!(numbers.len(), 2, "row {fails_at}: another number was used");
        if written < fails_at {
            assert!(fails_at > 6, "there are more rows than {fails_at}");
            return;
        }
    }
}
