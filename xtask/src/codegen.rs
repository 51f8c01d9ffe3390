//! Specs in, Rust out: `xtask/spec/v2/pay/refund.toml` becomes `wxpay_api::v2::pay::Refund`, and `wxpay call v2.pay.refund`.

mod call;
mod condition;
mod decode;
mod docs;
mod emit;
mod encode;
mod endpoint;
mod index;
mod lint;
mod names;
mod output;
mod spec;
mod types;

use std::path::{Path, PathBuf};

use crate::codegen::output::Output;
use crate::codegen::spec::Endpoint;

/// Everything that is wrong, each with its file and line.
pub(crate) type Problems = Vec<String>;

/// Writes the generated files, or with `check` compares them.
pub(crate) fn run(root: Option<PathBuf>, check: bool) -> Result<(), Problems> {
    let root = root.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join(".."));
    let (products, endpoints) = spec::read_all(&root)?;
    lint::check_all(&endpoints)?;
    let mut output = Output::default();
    let unsigned = spec::read_unsigned(&root)?;
    index::write(&products, &endpoints, &unsigned, &mut output);
    for endpoint in &endpoints {
        output.rust(endpoint_path(endpoint), endpoint::file(endpoint));
    }
    let features = index::features(&products);
    let mut command = Output::default();
    call::write(&products, &endpoints, &mut command);

    let api = root.join("crates/wxpay-api");
    let api = output.finish(&api, Some(&features), check);
    let cli = command.finish(&root.join("crates/wxpay-cli"), None, check);
    let mut problems = Problems::new();
    for result in [api, cli] {
        problems.extend(result.unwrap_or_else(|problem| vec![problem]));
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems)
    }
}

fn endpoint_path(endpoint: &Endpoint) -> String {
    format!(
        "generated/{}/{}/{}.rs",
        endpoint.version.folder(),
        endpoint.product,
        endpoint.name
    )
}
