-- The roles of a payout journal in PostgreSQL, for the schema wxpay_payouts. Run it once, as a superuser, in the
-- database of the journal and before the journal is made. Give each role a password of its own (\password in psql).

-- Makes the journal and owns its tables. No program that pays runs as this role.
CREATE ROLE wxpay_owner LOGIN;
-- Pays: reads and writes, deletes nothing.
CREATE ROLE wxpay_worker LOGIN;
-- Exports and looks: it reads neither what is sent (the payee and their name) nor what a user's front end gets.
CREATE ROLE wxpay_reader LOGIN;

CREATE SCHEMA wxpay_payouts AUTHORIZATION wxpay_owner;
GRANT USAGE ON SCHEMA wxpay_payouts TO wxpay_worker, wxpay_reader;
