//! Behaviour through the public API, in one binary.

mod certificate_list;
mod certificates;
mod create_batch;
mod detail_by_out_no;
mod faults;
mod forms;
mod guide;
mod json;
mod load;
mod negatives;
mod notice_kinds;
mod notices;
mod notify_url;
mod order_query;
mod own_endpoint;
mod pay_employee;
mod payouts;
mod query_employee_payment;
mod ready;
mod runner;
mod samples;
mod sandbox;
mod security;
mod supply_chain;
mod trust;
mod types;
