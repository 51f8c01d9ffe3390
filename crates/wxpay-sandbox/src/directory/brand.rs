//! The keys of the brand in a directory.

use rcgen::{KeyPair, PublicKeyData as _};
use serde::{Deserialize, Serialize};
use wxpay_core::{BrandId, Secret};

use super::files::{create_dir, read, write};
use super::{Directory, DirectoryError, damaged};
use crate::Brand;
use crate::brand::BrandKeys;
use crate::whole_file::Mode;

/// `server/brand.json`, written last.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    brand_id: String,
    api_key: String,
    serial_no: String,
    platform_key_id: String,
}

impl Directory {
    /// Reads the brand, or makes it in a directory that has none yet.
    pub(super) fn open_brand(&self, ca_key: &KeyPair) -> Result<BrandKeys, DirectoryError> {
        let file = self.path(BRAND_FILE);
        if !file.exists() {
            return self.create_brand(ca_key);
        }
        let kept: Kept = serde_json::from_str(&read(&file)?)
            .map_err(|error| damaged(&file, &error.to_string()))?;
        let platform_key = self.key(PLATFORM_KEY)?;
        if read(&self.path(PUBLIC_KEY))? != platform_key.public_key_pem() {
            let reason = "not the platform's public key of the brand";
            return Err(damaged(&self.path(PUBLIC_KEY), reason));
        }
        let brand_id = BrandId::new(kept.brand_id);
        Ok(BrandKeys {
            brand: Brand {
                brand_id: brand_id.map_err(|_| damaged(&file, "brand_id is not of its form"))?,
                api_key: Secret::new(kept.api_key),
                cert_pem: self.pair(CERTIFICATE, KEY)?,
                key_pem: Secret::new(read(&self.path(KEY))?),
                serial_no: kept.serial_no,
                platform_key_id: kept.platform_key_id,
                platform_public_key_pem: platform_key.public_key_pem(),
            },
            public: self.key(KEY)?.subject_public_key_info(),
            platform_key,
        })
    }

    /// Makes the brand.
    pub(super) fn create_brand(&self, ca_key: &KeyPair) -> Result<BrandKeys, DirectoryError> {
        let keys = BrandKeys::generate(ca_key).map_err(DirectoryError::Keys)?;
        let brand = &keys.brand;
        create_dir(&self.0, Mode::Public)?;
        create_dir(&self.path("brand"), Mode::Public)?;
        create_dir(&self.path("server"), Mode::Secret)?;
        let public = |name, text: &str| write(&self.path(name), text.as_bytes(), Mode::Public);
        let secret = |name, text: &str| write(&self.path(name), text.as_bytes(), Mode::Secret);
        public(CERTIFICATE, &brand.cert_pem)?;
        public(PUBLIC_KEY, &brand.platform_public_key_pem)?;
        secret(KEY, brand.key_pem.expose())?;
        secret(PLATFORM_KEY, &keys.platform_key.serialize_pem())?;
        let kept = Kept {
            brand_id: brand.brand_id.to_string(),
            api_key: brand.api_key.expose().to_owned(),
            serial_no: brand.serial_no.clone(),
            platform_key_id: brand.platform_key_id.clone(),
        };
        let json = serde_json::to_string_pretty(&kept).expect("texts are JSON");
        secret(BRAND_FILE, &json)?;
        Ok(keys)
    }
}

const BRAND_FILE: &str = "server/brand.json";
const CERTIFICATE: &str = "brand/apiclient_cert.pem";
const KEY: &str = "brand/apiclient_key.pem";
const PUBLIC_KEY: &str = "brand/pub_key.pem";
const PLATFORM_KEY: &str = "server/brand_pub_key_private.pem";
