//! Reading and writing the files of a directory.

use std::error::Error as StdError;
use std::fs::{self, DirBuilder};
use std::io;
use std::path::Path;

use p12_keystore::{
    Certificate, EncryptionAlgorithm, KeyStore, KeyStoreEntry, MacAlgorithm, PrivateKey,
    PrivateKeyChain,
};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};

use crate::Merchant;
use crate::directory::DirectoryError;
use crate::whole_file::{self, Mode};

/// The text of a file that has to be there.
pub(crate) fn read(file: &Path) -> Result<String, DirectoryError> {
    fs::read_to_string(file).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => DirectoryError::Incomplete(file.to_owned()),
        _ => io_error(file, error),
    })
}

/// Writes a file as a whole or not at all.
pub(crate) fn write(file: &Path, bytes: &[u8], mode: Mode) -> Result<(), DirectoryError> {
    whole_file::write(file, bytes, mode).map_err(|error| io_error(file, error))
}

/// Makes a directory unless there is one.
pub(crate) fn create_dir(dir: &Path, mode: Mode) -> Result<(), DirectoryError> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    if let Mode::Secret = mode {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    #[cfg(not(unix))]
    let _ = mode;
    builder.create(dir).map_err(|error| io_error(dir, error))
}

/// The name of something in a directory; `None` when it is empty or not there.
pub(crate) fn any_in(dir: &Path) -> Result<Option<String>, DirectoryError> {
    match fs::read_dir(dir) {
        Ok(mut entries) => match entries.next() {
            Some(Ok(entry)) => Ok(Some(entry.file_name().to_string_lossy().into_owned())),
            Some(Err(error)) => Err(io_error(dir, error)),
            None => Ok(None),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(io_error(dir, error)),
    }
}

/// The merchant's certificate and key as PKCS#12; the password is the merchant ID.
pub(crate) fn p12(merchant: &Merchant) -> Result<Vec<u8>, Box<dyn StdError + Send + Sync>> {
    let certificate = CertificateDer::from_pem_slice(merchant.client_cert_pem.as_bytes())?;
    let key = PrivatePkcs8KeyDer::from_pem_slice(merchant.client_key_pem.expose().as_bytes())?;
    let key = PrivateKey::from_der(key.secret_pkcs8_der())?;
    let chain = PrivateKeyChain::new(vec![1], key, [Certificate::from_der(&certificate)?]);
    let mut store = KeyStore::new();
    store.add_entry("Tenpay Certificate", KeyStoreEntry::PrivateKeyChain(chain));
    // What old clients open as well as new ones do.
    let writer = store
        .writer(merchant.mch_id.as_str())
        .encryption_algorithm(EncryptionAlgorithm::PbeWithShaAnd3KeyTripleDesCbc)
        .mac_algorithm(MacAlgorithm::HmacSha1);
    Ok(writer.write()?)
}

fn io_error(file: &Path, source: io::Error) -> DirectoryError {
    DirectoryError::Io {
        file: file.to_owned(),
        source,
    }
}
