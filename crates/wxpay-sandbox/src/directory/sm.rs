//! The keys of the national algorithms (国密) in a directory, which gets them when they are first
//! wanted.

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use wxpay_core::{Secret, Timestamp};

use super::files::{read, write};
use super::{Directory, DirectoryError, KeptSm, STATE_FILE, damaged, parse};
use crate::SmIdentity;
use crate::certificates::Certificates;
use crate::platform::sm::SmKey;
use crate::platform::{KeptCertificate, PlatformCertificate, Suite};
use crate::whole_file::Mode;

impl Directory {
    /// Adds to what a merchant with RSA has: the keys that were kept, or new ones.
    pub(super) fn open_sm(
        &self,
        mut certificates: Certificates,
    ) -> Result<Certificates, DirectoryError> {
        let file = self.path(STATE_FILE);
        let mut kept = parse(&file, &read(&file)?)?;
        let [certificate, key] = [SM_CERTIFICATE, SM_KEY].map(|name| self.path(name));
        if let Some(sm) = kept.sm {
            certificates.merchant.sm = Some(SmIdentity {
                certificate_pem: read(&certificate)?,
                key_pem: Secret::new(self.sm_key(SM_CERTIFICATE, SM_KEY)?),
                serial_no: sm.serial_no,
            });
            let list = sm
                .platform_certificates
                .into_iter()
                .map(|kept| self.load_sm_certificate(kept));
            certificates.platform_certificates = list.collect::<Result<_, _>>()?;
            return Ok(certificates);
        }
        let identity = SmIdentity::generate(certificates.merchant.mch_id.as_str())
            .map_err(DirectoryError::Keys)?;
        let first = PlatformCertificate::first(Suite::Sm, Timestamp::now())
            .map_err(DirectoryError::Keys)?;
        write(&key, identity.key_pem.expose().as_bytes(), Mode::Secret)?;
        write(
            &certificate,
            identity.certificate_pem.as_bytes(),
            Mode::Public,
        )?;
        self.write_platform_certificate(&first)?;
        kept.sm = Some(KeptSm {
            serial_no: identity.serial_no.clone(),
            platform_certificates: vec![first.kept()],
        });
        self.write_kept(&kept)?;
        certificates.merchant.sm = Some(identity);
        certificates.platform_certificates = vec![first];
        Ok(certificates)
    }

    fn load_sm_certificate(
        &self,
        kept: KeptCertificate,
    ) -> Result<PlatformCertificate, DirectoryError> {
        if !kept.serial_no.bytes().all(|b| b.is_ascii_hexdigit()) {
            let reason = "a serial number that is not hexadecimal";
            return Err(damaged(&self.path(STATE_FILE), reason));
        }
        let [certificate, key] = super::platform_files(&kept.serial_no);
        let key_pem = self.sm_key(&certificate, &key)?;
        let pem = read(&self.path(&certificate))?;
        PlatformCertificate::load(Suite::Sm, kept, pem, key_pem)
            .map_err(|error| damaged(&self.path(&key), &error.to_string()))
    }

    /// An SM2 key in PEM that has to be the one of the certificate.
    fn sm_key(&self, certificate: &str, key: &str) -> Result<String, DirectoryError> {
        let (file, key_file) = (self.path(certificate), self.path(key));
        let pem = read(&key_file)?;
        let spki = SmKey::from_pem(&pem)
            .and_then(|key| key.public()?.spki())
            .map_err(|error| damaged(&key_file, &error.to_string()))?;
        let der = CertificateDer::from_pem_slice(read(&file)?.as_bytes())
            .map_err(|_| damaged(&file, "no certificate in PEM"))?;
        // A point of the curve stands nowhere else in a certificate of 400 bytes.
        if der.windows(spki.len()).any(|part| part == spki) {
            Ok(pem)
        } else {
            Err(damaged(&file, "not the certificate of the key beside it"))
        }
    }
}

const SM_CERTIFICATE: &str = "sm_cert.pem";
const SM_KEY: &str = "sm_key.pem";
