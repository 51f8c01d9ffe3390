use wxpay_core::SigningError;

/// A fresh `nonce_str`: 32 letters and digits from the operating system's random numbers.
///
/// # Errors
/// The operating system gives no random numbers. Nothing was sent.
pub fn nonce() -> Result<String, SigningError> {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes)
        .map_err(|_| SigningError::new("the operating system gives no random numbers"))?;
    // 32 divides 256, so each character is as likely as any other: 160 bits in all.
    let characters = bytes
        .iter()
        .filter_map(|byte| ALPHABET.get(usize::from(byte % 32)));
    Ok(characters.map(|&b| char::from(b)).collect())
}
