//! Telling a running sandbox what to do.

mod asked;
mod client;
mod shown;

use std::io::Write;
use std::process::ExitCode;

use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};
use wxpay_sandbox::Fault as FaultKind;

use self::client::Client;
use crate::fail::Fail;
use crate::lang::Lang;
use crate::out::stdout;

/// Where the sandbox is, and what to ask.
#[derive(Args)]
pub(crate) struct Arguments {
    /// Where the control port is
    #[arg(
        id = "control_url",
        long = "control",
        global = true,
        env = "WXPAY_SANDBOX_CONTROL",
        value_name = "URL",
        default_value = "http://127.0.0.1:7080",
        hide_env_values = true
    )]
    control: String,
    /// Print JSON
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Say where the sandbox is and how much it has seen
    Status,
    /// List the latest requests, or those after one, with what their signatures were
    Requests {
        /// Those with a higher number than this
        #[arg(long, value_name = "NUMBER")]
        after: Option<u64>,
    },
    /// Show one request, the text that had to be signed, and why a signature failed
    Request {
        /// Its number
        number: u64,
    },
    /// List the orders
    Orders,
    /// Add an order that was paid, or one in another state
    AddOrder {
        /// The merchant order number (out_trade_no)
        number: String,
        /// The amount, in fen
        fen: i64,
        /// The state, such as NOTPAY
        #[arg(long, value_name = "TRADE_STATE")]
        state: Option<String>,
    },
    /// Pay an order as its user would; its notification follows
    Pay {
        /// The merchant order number (out_trade_no)
        number: String,
        /// Who pays (openid)
        #[arg(long, value_name = "OPENID")]
        payer: Option<String>,
    },
    /// Close an order
    Close {
        /// The merchant order number (out_trade_no)
        number: String,
    },
    /// Refund what is left of an order, or a part of it
    Refund {
        /// The merchant order number (out_trade_no)
        number: String,
        /// How much, in fen
        #[arg(long)]
        fen: Option<i64>,
    },
    /// List the refunds
    Refunds,
    /// Set what a refund has become; its notification follows
    SetRefund {
        /// The merchant refund number (out_refund_no)
        number: String,
        /// SUCCESS, ABNORMAL, CLOSED or PROCESSING
        status: String,
    },
    /// Set how long refunds are in process from now on
    RefundDelay {
        /// How long: 0s, 90s or 15m
        #[arg(value_parser = asked::duration)]
        by: u64,
    },
    /// List the payments to employees, and how often each number was sent
    Payouts,
    /// Show how payments to employees are judged and settled, or change what is given
    PayoutRules(PayoutRules),
    /// Set what a payment to an employee has become
    SetPayout {
        /// The merchant order number (partner_trade_no)
        number: String,
        /// SUCCESS, PROCESSING, FAILED or a state that no document lists
        status: String,
        /// Why it failed
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
    },
    /// List the transfers that users confirm
    TransferBills,
    /// Confirm a transfer as its user would; its notification follows
    ConfirmTransfer {
        /// The merchant transfer number (out_bill_no)
        number: String,
    },
    /// Close a transfer as one that was not confirmed within 24 hours; its notification follows
    ExpireTransfer {
        /// The merchant transfer number (out_bill_no)
        number: String,
    },
    /// List the red packets
    RedPackets,
    /// Receive a red packet as its user would
    ReceiveRedPacket {
        /// The merchant order number (mch_billno)
        number: String,
    },
    /// Set what a red packet has become
    SetRedPacket {
        /// The merchant order number (mch_billno)
        number: String,
        /// SENDING, SENT, RECEIVED, FAILED, RFUND_ING, REFUND or a state that no document lists
        status: String,
        /// Why it failed
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
    },
    /// List the batches of transfers
    Batches,
    /// List the transfers of all batches
    Transfers,
    /// Carry out the transfers of a batch
    Settle {
        /// The merchant batch number (out_batch_no)
        number: String,
    },
    /// List the attempts to deliver notifications, and those to come
    Deliveries,
    /// Show the clock, or move it
    Clock {
        #[command(subcommand)]
        command: Option<Clock>,
    },
    /// Make answers go wrong
    Fault {
        #[command(subcommand)]
        command: Fault,
    },
    /// Set the money for payments to employees
    Balance {
        /// In fen
        fen: i64,
    },
    /// Set the real name of a user
    Name {
        /// The user
        openid: String,
        /// The name
        name: String,
    },
    /// Add a platform certificate and sign with it from now on
    Rotate,
    /// Forget all but the keys
    Reset,
}

#[derive(Args)]
pub(crate) struct PayoutRules {
    /// The limits of the documents, or none
    #[arg(long, value_name = "LIMITS", value_parser = ["documented", "none"], hide_possible_values = true)]
    limits: Option<String>,
    /// How long a payment is in process: 0s, 90s or 15m
    #[arg(long, value_name = "TIME", value_parser = asked::duration)]
    settle_after: Option<u64>,
    /// The part of the payments that fail when they settle, from 0 to 1
    #[arg(long, value_name = "P")]
    failure_chance: Option<f64>,
    /// How long the query does not find a new payment
    #[arg(long, value_name = "TIME", value_parser = asked::duration)]
    visible_after: Option<u64>,
    /// Whether a number that failed is paid when it is sent again: true or false
    #[arg(long, value_name = "BOOL", hide_possible_values = true)]
    failed_numbers_pay_again: Option<bool>,
    /// How a wrong signature is refused: result_code, with an err_code, or return_code, without one
    #[arg(long, value_name = "FORM", value_parser = ["result_code", "return_code"], hide_possible_values = true)]
    signature_refusal: Option<String>,
}

#[derive(Subcommand)]
pub(crate) enum Clock {
    /// Move it forward; everything that is due by then happens. After more than 5m, clients are
    /// refused until `ctl reset`
    Advance {
        /// How far: 90s, 15m, 24h or 7d
        #[arg(value_parser = asked::duration)]
        by: u64,
    },
    /// Stop it, where it is or at a time
    Freeze {
        /// The time, such as 2026-01-31T08:00:00+08:00
        at: Option<String>,
    },
    /// Let it run on
    Run,
}

#[derive(Subcommand)]
pub(crate) enum Fault {
    /// List the faults that wait
    List,
    /// Make the next answer of an endpoint go wrong
    #[command(after_help = FAULTS)]
    Add {
        /// The endpoint, such as v2.pay.query_order
        api: String,
        /// What goes wrong: one of the faults below
        #[arg(value_parser = PossibleValuesParser::new(FaultKind::names()), hide_possible_values = true)]
        fault: String,
        /// The code of an error, such as SYSTEMERROR
        #[arg(long, value_name = "CODE")]
        code: Option<String>,
        /// The text of an error
        #[arg(long, value_name = "TEXT")]
        message: Option<String>,
        /// How long a delay is, in milliseconds
        #[arg(long, value_name = "MS")]
        delay_ms: Option<u64>,
        /// For how many requests
        #[arg(long, value_name = "N", conflicts_with = "always")]
        times: Option<u32>,
        /// For every request from now on
        #[arg(long)]
        always: bool,
        /// For a part of the requests only, from 0 to 1
        #[arg(long, value_name = "P")]
        chance: Option<f64>,
    },
    /// Remove one rule
    Remove {
        /// Its number in the list
        id: u64,
    },
    /// Remove them all
    Clear,
}

pub(crate) async fn run(arguments: Arguments, lang: Lang) -> Result<ExitCode, Fail> {
    let client = Client::new(&arguments.control)?;
    let answer = client.ask(&asked::of(&arguments.command)).await?;
    let text = if arguments.json {
        format!("{answer:#}\n")
    } else {
        shown::text(&answer, lang)
    };
    stdout().write_all(text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

const FAULTS: &str = "\
Faults, by what becomes of the request:
  drop_before_commit       it takes no effect, and the connection is closed
  drop_after_commit        it took effect, and the connection is closed
  truncated_body           it took effect, and half of the response comes
  html_502                 it took effect, and a gateway answers 502 with a page of HTML
  empty_body               it took effect, and the response is 200 and nothing
  error_code               it takes no effect, and is answered with the code of --code
  error_code_after_commit  it took effect, and is answered with the code of --code all the same
  return_code_fail         it took effect, and return_code is FAIL; APIv2 only
  wrong_signature          the response is signed wrongly
  missing_signature        the response is not signed
  stale_signature          the response was signed an hour ago; APIv3 only
  probe_signature          the signature is a probe (签名探测); APIv3 only
  unknown_serial           the response names a key that does not exist; APIv3 only
  tampered_body            the response was changed after it had been signed
  other_reply              the response is authentic, and about another number
  delay                    it took effect, and the response takes --delay-ms
  delay_before_commit      it is held for --delay-ms, and takes effect after that
  stall                    it took effect, and the response never comes";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_help_has_every_fault() {
        let mut told: Vec<_> = FAULTS
            .lines()
            .skip(1)
            .filter_map(|line| line.split_whitespace().next())
            .collect();
        let mut names = FaultKind::names();
        told.sort_unstable();
        names.sort_unstable();
        assert_eq!(told, names);
    }
}
