//! The national algorithms (国密) of the library against OpenSSL.

use std::process::ExitCode;

use clap::Parser;
use wxpay_tests::openssl;

/// Lets the library and OpenSSL 3 take what the other one signed or encrypted with SM2, SM3 and
/// SM4.
#[derive(Parser)]
struct Arguments {
    /// With how many keys
    #[arg(long, default_value_t = 20)]
    keys: usize,
}

fn main() -> ExitCode {
    match openssl::compare(Arguments::parse().keys) {
        Ok(done) => {
            println!("{done} comparisons with OpenSSL, all alike");
            ExitCode::SUCCESS
        }
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}
