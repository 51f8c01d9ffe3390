//! Runs files of golden vectors against the library. `tests/vectors/README.md` has the format.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use wxpay_api::sign::provider::Provider;
use wxpay_tests::runner::{self, Report};

/// Runs golden vectors and tells which the library does not meet.
#[derive(Parser)]
struct Arguments {
    /// Where RSA and AES-GCM come from
    #[arg(long, value_enum)]
    provider: Option<Name>,
    /// Files of the schema wechatpay-golden-vectors/1
    #[arg(required = true)]
    files: Vec<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Name {
    AwsLcRs,
    RustCrypto,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let provider = match arguments.provider {
        None => Provider::default(),
        Some(Name::AwsLcRs) => Provider::aws_lc(),
        Some(Name::RustCrypto) => Provider::rust_crypto(),
    };
    let mut report = Report::default();
    let mut unread = false;
    for file in &arguments.files {
        match run(file, provider) {
            Ok(of_file) => report.add(of_file),
            Err(error) => {
                unread = true;
                eprintln!("{}: {error}", file.display());
            }
        }
    }
    println!("{report}");
    if unread || !report.failed().is_empty() {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}

fn run(file: &Path, provider: Provider) -> Result<Report, Box<dyn Error>> {
    Ok(runner::run(&std::fs::read(file)?, provider)?)
}
