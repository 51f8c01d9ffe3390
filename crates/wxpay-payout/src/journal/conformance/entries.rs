//! What is written comes back, once and in order.

use std::time::Duration;

use wxpay_core::{Certainty, Class};

use super::{Checked, NOON, add, entry, failed, is, limits, number, same};
use crate::journal::{Inserted, Journal, JournalError};
use crate::{Alarm, Lease, Number, Package, Refusal, State, WaitsFor};

pub(super) async fn round_trip(journal: &impl Journal) -> Checked {
    let mut entry = entry("A1", "payee", 100)?;
    add(journal, &entry).await?;
    same(journal, &entry).await?;
    let later = |seconds| NOON.after(Duration::from_secs(seconds));
    let states = [
        State::Sending,
        State::Unknown,
        State::Waiting,
        State::Prepared,
    ];
    let mut waits_for = [None].into_iter().chain(WaitsFor::ALL.map(Some)).cycle();
    let classes = [
        Certainty::Definite,
        Certainty::Ambiguous,
        Certainty::QueryFailed,
    ]
    .map(Class::new)
    .into_iter()
    .flat_map(|class| {
        [
            class,
            class.configuration(),
            class.limit(),
            class.same_number(),
            class.limit().same_number().configuration(),
        ]
    });
    let alarms = [None].into_iter().chain(Alarm::ALL.map(Some));
    for ((class, alarm), state) in classes.zip(alarms.cycle()).zip(states.into_iter().cycle()) {
        entry.state = state;
        entry.refusal = Some(Refusal::new("SOME_CODE", class, "说明 'quoted' \u{1F600}"));
        entry.alarm = alarm;
        entry.sends += 1;
        entry.queries += 2;
        entry.not_found += 3;
        entry.doubt = !entry.doubt;
        entry.generation += 1;
        entry.resign = !entry.resign;
        entry.attested = !entry.attested;
        entry.waits_for = waits_for.next().flatten();
        entry.package = entry.waits_for.map(|_| Package::new("opens 'it'=="));
        entry.cancel_asked_at = Some(later(6)).filter(|_| entry.attested);
        entry.replaces = Some(number(&format!("R{}", entry.sends))?);
        entry.not_found_at = Some(later(1));
        entry.first_sent_at = Some(later(2));
        entry.last_sent_at = Some(later(3));
        entry.next_at = later(4);
        entry.reason = Some("why".to_owned());
        entry.lease = Some(Lease {
            holder: "me".to_owned(),
            until: later(5),
        });
        let changed = journal.update(&entry).await.map_err(failed)?;
        entry.version += 1;
        is(changed == entry, || format!("update gave {changed:?}"))?;
        same(journal, &entry).await?;
    }
    for state in [State::Rejected, State::Failed, State::Paid] {
        entry.state = state;
        entry.closed_at = Some(later(6));
        entry.attested = state == State::Failed;
        entry.replaced_by = Some(number("N1")?);
        entry.payment_no = Some("1000".to_owned());
        entry.message = None;
        entry.lease = None;
        entry = journal.update(&entry).await.map_err(failed)?;
        same(journal, &entry).await?;
    }
    entry.replaced_by = None;
    entry = journal.update(&entry).await.map_err(failed)?;
    same(journal, &entry).await?;
    let by_intent = journal.by_intent(&entry.intent).await.map_err(failed)?;
    is(by_intent.as_ref() == Some(&entry), || {
        format!("by_intent: {by_intent:?}")
    })
}

pub(super) async fn unique(journal: &impl Journal) -> Checked {
    let first = entry("A1", "payee", 100)?;
    add(journal, &first).await?;
    let mut second = entry("A2", "payee", 100)?;
    second.intent = first.intent.clone();
    match journal.insert(&second, &limits()).await {
        Ok(Inserted::Existing(existing)) if *existing == first => {}
        other => return Err(format!("a second entry of an intent: {other:?}")),
    }
    let found = journal.by_number(&second.number).await.map_err(failed)?;
    is(found.is_none(), || "the second entry was added".to_owned())?;
    let mut third = entry("A1", "payee", 100)?;
    third.intent = entry("A3", "payee", 100)?.intent;
    match journal.insert(&third, &limits()).await {
        Err(JournalError::Conflict) => same(journal, &first).await,
        other => Err(format!("a number was used twice: {other:?}")),
    }
}

pub(super) async fn listing(journal: &impl Journal) -> Checked {
    for (number, seconds) in [("A1", 30), ("A2", 10), ("A3", 20), ("A4", 5)] {
        let mut entry = entry(number, number, 100)?;
        entry.next_at = NOON.after(Duration::from_secs(seconds));
        add(journal, &entry).await?;
    }
    let mut paid = entry("A4", "A4", 100)?;
    paid.state = State::Paid;
    paid.closed_at = Some(NOON);
    journal.update(&paid).await.map_err(failed)?;
    let names = |numbers: Vec<Number>| {
        let names: Vec<_> = numbers.iter().map(Number::as_str).collect();
        names.join(" ")
    };
    let open = names(journal.open(9).await.map_err(failed)?);
    is(open == "A2 A3 A1", || open)?;
    let two = names(journal.open(2).await.map_err(failed)?);
    is(two == "A2 A3", || two)?;
    let after = number("A1")?;
    let page = journal.page(Some(&after), 2).await.map_err(failed)?;
    let page = names(page.into_iter().map(|entry| entry.number).collect());
    is(page == "A2 A3", || page)?;
    let all = journal.page(None, 9).await.map_err(failed)?;
    is(all.len() == 4, || format!("{} entries", all.len()))
}
