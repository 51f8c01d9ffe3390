//! The state in a file.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use wxpay_sandbox::{Sandbox, SandboxBuilder};

use super::client_files::write_secret;
use crate::fail::Fail;

/// Takes up the state of a file, if there is one.
pub(super) fn restore(builder: SandboxBuilder, file: &Path) -> Result<SandboxBuilder, Fail> {
    let shown = file.display();
    let text = match fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(builder),
        Err(error) => {
            let fail = Fail::new(format!("can't read {shown}"), format!("无法读取 {shown}"));
            return Err(fail.because(error));
        }
    };
    Ok(builder.snapshot(text))
}

pub(super) fn save(sandbox: &Sandbox, file: &Path) -> Result<(), Fail> {
    write_secret(file, &sandbox.snapshot())
}
