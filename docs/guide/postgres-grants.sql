-- What the roles of postgres-roles.sql may do. Run it as wxpay_owner or a superuser, after the journal is made.

GRANT SELECT, INSERT, UPDATE ON wxpay_payouts.entries, wxpay_payouts.days, wxpay_payouts.payees TO wxpay_worker;
GRANT SELECT, UPDATE ON wxpay_payouts.pace TO wxpay_worker;
GRANT SELECT ON wxpay_payouts.about TO wxpay_worker, wxpay_reader;

-- All columns of entries but message and package.
GRANT SELECT (
    number, intent, version, state, fingerprint, payee, amount, counted, sends, doubt, refusal_code, refusal_class,
    refusal_message, queries, not_found, not_found_at, prepared_at, first_sent_at, last_sent_at, next_at, closed_at,
    payment_no, reason, alarm, lease_holder, lease_until, replaced_by, generation, replaces, resign, attested, product,
    waits_for, cancel_asked_at
) ON wxpay_payouts.entries TO wxpay_reader;
