//! Specs in; Rust, catalogue and documents out. `xtask/spec/v2/pay/query_order.toml` becomes
//! `wxpay_api::v2::pay::QueryOrder`.

mod catalog;
mod lint;
pub(crate) mod model;
mod names;
mod output;
mod read;
mod resolve;
mod rust;
pub(crate) mod spec;
mod tables;
pub(crate) mod types;
mod usage;

use std::path::{Path, PathBuf};

use self::model::Model;
use self::output::Output;
use self::usage::Usage;

/// Everything that is wrong, each with its file and line.
pub(crate) type Problems = Vec<String>;

/// Writes the generated files, or with `check` compares them.
pub(crate) fn run(root: Option<PathBuf>, check: bool) -> Result<(), Problems> {
    let root = root.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join(".."));
    let model = model(&root)?;
    let usage = Usage::of(&model);

    let mut output = Output::default();
    rust::write(&model, &usage, &mut output);
    output.between(
        "crates/wxpay-api/Cargo.toml",
        "# <products>\n",
        "# </products>\n",
        rust::features(&model),
    );
    output.file(catalog::PATH, catalog::write(&model)?);
    tables::write(&model, &usage, &mut output);
    output.finish(&root, check)
}

/// What the specs say, if they keep the rules.
pub(crate) fn model(root: &Path) -> Result<Model, Problems> {
    let model = resolve::resolve(&read::read_all(root)?)?;
    lint::check_all(&model, &Usage::of(&model))?;
    Ok(model)
}
