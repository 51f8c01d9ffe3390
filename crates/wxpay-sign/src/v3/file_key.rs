//! Encrypted files, decrypted as they arrive: AES-256-GCM, or SM4-GCM (国密), whose tag is the file's
//! end.

use std::fmt;

use aes::Aes256;
use aes::cipher::consts::U16;
use aes::cipher::generic_array::GenericArray;
use aes::cipher::{
    BlockCipher, BlockEncrypt, BlockSizeUser, InnerIvInit, KeyInit, StreamCipher,
    StreamCipherCoreWrapper,
};
use ctr::CtrCore;
use ctr::flavors::Ctr32BE;
use ghash::GHash;
use ghash::universal_hash::UniversalHash;
use subtle::ConstantTimeEq;
use wxpay_core::{InvalidInput, Secret, VerificationError, VerificationFailure};
use zeroize::Zeroizing;

/// The key of an encrypted file, such as the fund bill of a sub-merchant (单个子商户资金账单).
///
/// <https://pay.weixin.qq.com/doc/v3/partner/4014314390>
#[derive(Clone)]
pub struct FileKey {
    key: Key,
    nonce: Vec<u8>,
}

#[derive(Clone)]
enum Key {
    Aes(Zeroizing<[u8; 32]>),
    #[cfg(feature = "sm")]
    Sm4(Zeroizing<[u8; 16]>),
}

impl FileKey {
    /// The key of a file with the algorithm `AEAD_AES_256_GCM`: `encrypt_key` as the merchant's
    /// private key decrypts it, and `nonce` as the response has it.
    ///
    /// # Errors
    /// The key does not have 32 bytes, or the nonce is empty or has more than 16.
    pub fn aes_256_gcm(key: &Secret, nonce: &str) -> Result<Self, InvalidInput> {
        Self::new(Key::Aes(bytes(key)?), nonce)
    }

    /// The key of a file with the algorithm `SM4_GCM` (国密): `encrypt_key` as the merchant's private
    /// key decrypts it, and `nonce` as the response has it.
    ///
    /// # Errors
    /// The key does not have 16 bytes, or the nonce is empty or has more than 16.
    #[cfg(feature = "sm")]
    pub fn sm4_gcm(key: &Secret, nonce: &str) -> Result<Self, InvalidInput> {
        Self::new(Key::Sm4(bytes(key)?), nonce)
    }

    fn new(key: Key, nonce: &str) -> Result<Self, InvalidInput> {
        if nonce.is_empty() || nonce.len() > LONGEST_NONCE {
            return Err(InvalidInput::new(
                "nonce",
                "must have 1 to 16 bytes",
                "必须是 1 到 16 字节",
            ));
        }
        Ok(Self {
            key,
            nonce: nonce.as_bytes().to_vec(),
        })
    }

    /// Begins to decrypt a file.
    pub fn opening(&self) -> FileOpening {
        match &self.key {
            Key::Aes(key) => FileOpening::begin(Aes256::new((&**key).into()), &self.nonce),
            #[cfg(feature = "sm")]
            Key::Sm4(key) => FileOpening::begin(sm4::Sm4::new((&**key).into()), &self.nonce),
        }
    }
}

impl FileOpening {
    fn begin<C>(cipher: C, nonce: &[u8]) -> Self
    where
        C: BlockCipher + BlockEncrypt + BlockSizeUser<BlockSize = U16> + Send + Sync + 'static,
    {
        let mut hash_key = GenericArray::default();
        cipher.encrypt_block(&mut hash_key);
        let ghash = GHash::new(&hash_key);
        let mut counter = first_counter(&ghash, nonce);
        let mut mask = GenericArray::from(counter);
        cipher.encrypt_block(&mut mask);
        // The first block is the tag's.
        let [.., a, b, c, d] = &mut counter;
        let next = u32::from_be_bytes([*a, *b, *c, *d]).wrapping_add(1);
        [*a, *b, *c, *d] = next.to_be_bytes();
        let counter = GenericArray::from_slice(&counter);
        let stream = CtrCore::<C, Ctr32BE>::inner_iv_init(cipher, counter);
        Self {
            stream: Box::new(StreamCipherCoreWrapper::from_core(stream)),
            ghash,
            mask: mask.into(),
            waiting: Vec::new(),
            unhashed: Vec::new(),
            length: 0,
        }
    }
}

impl fmt::Debug for FileKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// A file that is being decrypted. What it gives is proven only when [`end`](Self::end) has said
/// so: before, anyone can have changed it.
pub struct FileOpening {
    stream: Box<dyn StreamCipher + Send + Sync>,
    ghash: GHash,
    mask: [u8; BLOCK],
    /// The last bytes that came, which may be the tag.
    waiting: Vec<u8>,
    /// The beginning of a block, decrypted and not yet in the digest.
    unhashed: Vec<u8>,
    /// Bytes that were decrypted.
    length: u64,
}

impl FileOpening {
    /// Decrypts the next piece, whatever its length. Up to 16 bytes stay back, since the file's end
    /// is its tag.
    ///
    /// # Errors
    /// The file is longer than one key may decrypt: 64 GiB.
    pub fn update(&mut self, piece: &[u8]) -> Result<Vec<u8>, VerificationError> {
        self.waiting.extend_from_slice(piece);
        let ready = self.waiting.len().saturating_sub(BLOCK);
        let rest = self.waiting.split_off(ready);
        let mut text = std::mem::replace(&mut self.waiting, rest);
        self.length = self.length.saturating_add(text.len() as u64);
        self.hash(&text);
        self.stream
            .try_apply_keystream(&mut text)
            .map_err(|_| VerificationFailure::Unopened(FILE))?;
        Ok(text)
    }

    /// Compares the tag.
    ///
    /// # Errors
    /// The file was changed or cut short, or was encrypted with another key or nonce.
    pub fn end(mut self) -> Result<(), VerificationError> {
        let rest = std::mem::take(&mut self.unhashed);
        self.ghash.update_padded(&rest);
        let mut lengths = [0; BLOCK];
        let (_, bits) = lengths.split_at_mut(8);
        bits.copy_from_slice(&self.length.saturating_mul(8).to_be_bytes());
        self.ghash.update(&[lengths.into()]);
        let digest = self.ghash.finalize();
        let tag: Vec<u8> = digest.iter().zip(self.mask).map(|(a, b)| a ^ b).collect();
        if bool::from(tag.ct_eq(&self.waiting)) {
            Ok(())
        } else {
            Err(VerificationFailure::Unopened(FILE).into())
        }
    }

    /// Takes what is encrypted into the digest, whole blocks at a time.
    fn hash(&mut self, mut piece: &[u8]) {
        if !self.unhashed.is_empty() {
            let (first, rest) = piece.split_at(piece.len().min(BLOCK - self.unhashed.len()));
            self.unhashed.extend_from_slice(first);
            piece = rest;
            if self.unhashed.len() < BLOCK {
                return;
            }
            self.ghash.update_padded(&self.unhashed);
            self.unhashed.clear();
        }
        let whole = piece.len() - piece.len() % BLOCK;
        let (blocks, rest) = piece.split_at(whole);
        self.ghash.update_padded(blocks);
        self.unhashed.extend_from_slice(rest);
    }
}

impl fmt::Debug for FileOpening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileOpening")
            .field("length", &self.length)
            .finish_non_exhaustive()
    }
}

/// The bytes of a key that came as a text.
fn bytes<const N: usize>(key: &Secret) -> Result<Zeroizing<[u8; N]>, InvalidInput> {
    let bytes = <[u8; N]>::try_from(key.expose().as_bytes()).map_err(|_| {
        InvalidInput::new(
            "encrypt_key",
            format!("must have {N} bytes once it is decrypted"),
            format!("解密后必须是 {N} 字节"),
        )
    })?;
    Ok(Zeroizing::new(bytes))
}

/// The counter of the tag's block: the nonce itself if it has 12 bytes, otherwise a digest of it.
fn first_counter(ghash: &GHash, nonce: &[u8]) -> [u8; BLOCK] {
    let mut counter = [0; BLOCK];
    if nonce.len() == 12 {
        let (head, tail) = counter.split_at_mut(12);
        head.copy_from_slice(nonce);
        tail.copy_from_slice(&1_u32.to_be_bytes());
        return counter;
    }
    let mut ghash = ghash.clone();
    ghash.update_padded(nonce);
    let (_, bits) = counter.split_at_mut(8);
    bits.copy_from_slice(&(nonce.len() as u64 * 8).to_be_bytes());
    ghash.update(&[counter.into()]);
    ghash.finalize().into()
}

const FILE: &str = "file";
const BLOCK: usize = 16;
const LONGEST_NONCE: usize = 16;
