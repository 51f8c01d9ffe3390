//! Specs in, Rust out: `xtask/spec/v2/pay/refund.toml` becomes `wxpay_api::v2::pay::Refund`.

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
    output
        .finish(&root.join("crates/wxpay-api"), &features, check)
        .map_err(|problem| vec![problem])?
}

fn endpoint_path(endpoint: &Endpoint) -> String {
    format!(
        "generated/{}/{}/{}.rs",
        endpoint.version.folder(),
        endpoint.product,
        endpoint.name
    )
}
