//! The package for Debian and its kin: an `ar` archive of what to know and what to install.

use std::fs;
use std::path::{Path, PathBuf};

use super::archive::{below, tar_gz};
use super::{Product, anew, copied, said, written};

/// Writes `wxpay_VERSION_ARCHITECTURE.deb`.
pub(super) fn write(
    product: &Product,
    maintainer: &str,
    stage: &Path,
    packages: &Path,
) -> Result<PathBuf, String> {
    let architecture = architecture(&product.target)?;
    let (data, about) = (stage.join("deb-data"), stage.join("deb-control"));
    anew(&data)?;
    anew(&about)?;
    copied(&product.program, &data.join("usr/bin/wxpay"))?;
    for (from, to) in [
        (
            "completions/wxpay.bash",
            "bash-completion/completions/wxpay",
        ),
        ("completions/_wxpay", "zsh/vendor-completions/_wxpay"),
        (
            "completions/wxpay.fish",
            "fish/vendor_completions.d/wxpay.fish",
        ),
    ] {
        copied(&product.extras.join(from), &data.join("usr/share").join(to))?;
    }
    below(&product.extras.join("man"), &data.join("usr/share/man"))?;
    let documents = data.join("usr/share/doc/wxpay");
    written(&documents.join("copyright"), copyright(product)?.as_bytes())?;
    copied(
        &product.root.join("crates/wxpay-cli/README.md"),
        &documents.join("README.md"),
    )?;
    let program = fs::read(&product.program).map_err(|error| said(&product.program, &error))?;
    let control = control(product, maintainer, architecture, &program, size(&data)?);
    written(&about.join("control"), control.as_bytes())?;

    let members = [
        ("debian-binary", b"2.0\n".to_vec()),
        (
            "control.tar.gz",
            tar_gz(&about, &["./control"], product.time)?,
        ),
        ("data.tar.gz", tar_gz(&data, &["./usr"], product.time)?),
    ];
    let file = packages.join(format!("wxpay_{}_{architecture}.deb", product.version));
    written(&file, &ar(&members, product.time))?;
    Ok(file)
}

fn architecture(target: &str) -> Result<&'static str, String> {
    match target.split('-').next() {
        Some("x86_64") => Ok("amd64"),
        Some("aarch64") => Ok("arm64"),
        Some("riscv64gc") => Ok("riscv64"),
        _ => Err(format!(
            "{target}: not an architecture of Debian that is known here"
        )),
    }
}

fn control(
    product: &Product,
    maintainer: &str,
    architecture: &str,
    program: &[u8],
    kib: u64,
) -> String {
    // A program that is linked with musl needs nothing.
    let depends = match glibc(program) {
        Some(minor) => format!("Depends: libc6 (>= 2.{minor}), libgcc-s1\n"),
        None => String::new(),
    };
    format!(
        "Package: wxpay\n\
         Version: {}\n\
         Architecture: {architecture}\n\
         Maintainer: {maintainer}\n\
         Installed-Size: {kib}\n\
         {depends}\
         Section: utils\n\
         Priority: optional\n\
         Description: WeChat Pay from a terminal\n \
         Calls WeChat Pay (APIv2 and APIv3), pays and refunds from CSV files, reads\n \
         bills, says why a signature is wrong, and runs a local WeChat Pay to test with.\n",
        product.version
    )
}

/// The minor version of glibc that a program asks for, by the names of the symbols that it takes
/// from it.
fn glibc(program: &[u8]) -> Option<u32> {
    let name = b"GLIBC_2.";
    let found = program.windows(name.len() + 3).filter_map(|window| {
        let rest = window.strip_prefix(name)?;
        let digits: String = rest
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .map(|byte| char::from(*byte))
            .collect();
        digits.parse().ok()
    });
    found.max()
}

fn copyright(product: &Product) -> Result<String, String> {
    let mut text = "wxpay is licensed under MIT or Apache-2.0, as you like.\n".to_owned();
    let texts = ["LICENSE-MIT", "LICENSE-APACHE"].map(|name| product.root.join(name));
    for file in texts.iter().chain([&product.licences]) {
        text += "\n----\n\n";
        text += &fs::read_to_string(file).map_err(|error| said(file, &error))?;
    }
    Ok(text)
}

/// In KiB.
fn size(folder: &Path) -> Result<u64, String> {
    let mut sum = 0;
    for entry in fs::read_dir(folder).map_err(|error| said(folder, &error))? {
        let path = entry.map_err(|error| said(folder, &error))?.path();
        sum += match path.is_dir() {
            true => size(&path)?,
            false => {
                let file = fs::metadata(&path).map_err(|error| said(&path, &error))?;
                file.len().div_ceil(1024)
            }
        };
    }
    Ok(sum)
}

/// An `ar` archive: a line of fixed columns before each member, which begins at an even byte.
fn ar(members: &[(&str, Vec<u8>)], time: u64) -> Vec<u8> {
    let mut archive = b"!<arch>\n".to_vec();
    for (name, bytes) in members {
        let length = bytes.len();
        let head = format!(
            "{name:<16}{time:<12}{:<6}{:<6}{:<8}{length:<10}`\n",
            0, 0, 100_644
        );
        archive.extend(head.into_bytes());
        archive.extend(bytes);
        if length % 2 == 1 {
            archive.push(b'\n');
        }
    }
    archive
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_begin_at_even_bytes_behind_heads_of_sixty() {
        let members = [
            ("debian-binary", b"2.0\n".to_vec()),
            ("odd", vec![7; 3]),
            ("last", vec![8]),
        ];
        let archive = ar(&members, 1_796_000_000);
        assert!(archive.starts_with(
            b"!<arch>\ndebian-binary   1796000000  0     0     100644  4         `\n2.0\n"
        ));
        let third = 8 + (60 + 4) + (60 + 4);
        assert!(
            archive
                .get(third..)
                .is_some_and(|rest| rest.starts_with(b"last "))
        );
        assert_eq!(archive.len(), third + 60 + 2);
    }

    #[test]
    fn the_greatest_version_of_glibc_is_needed() {
        let program = b"..GLIBC_2.4\0..GLIBC_2.34\0GLIBC_2.17\0GLIBC_PRIVATE\0";
        assert_eq!(glibc(program), Some(34));
        assert_eq!(glibc(b"linked with musl"), None);
    }
}
