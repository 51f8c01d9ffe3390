//! Any bytes as a message of APIv2: read exactly as the model reads them, or refused.

use wxpay_api::core::Params;

use crate::xml_model::{Verdict, read};

/// Reads the input as XML.
pub fn run(data: &[u8]) {
    let parsed = Params::from_xml(data);
    match (&parsed, read(data)) {
        (Ok(params), Verdict::Message(fields)) => {
            let fields = fields.iter().map(|(name, value)| (&**name, &**value));
            assert!(params.iter().eq(fields), "reads otherwise: {}", show(data));
        }
        (Ok(_), Verdict::Refused) => panic!("was to be refused: {}", show(data)),
        (Err(error), Verdict::Message(_)) => panic!("refused, {error}: {}", show(data)),
        (Err(_), Verdict::Refused) | (_, Verdict::Unsaid) => {}
    }
    let Ok(params) = parsed else { return };
    let written = params.to_xml();
    assert_eq!(
        Params::from_xml(written.as_bytes()).as_ref(),
        Ok(&params),
        "{written}"
    );
    let _ = (
        params.check_outgoing(),
        params.ambiguous(&["total_fee", "fee_$n"]),
    );

    // The root's end tag is the last thing that is not blank: without its last byte there is no
    // message.
    let message = data.trim_ascii_end();
    let lengths = message.len().saturating_sub(48)..message.len();
    for length in lengths {
        assert!(
            Params::from_xml(&data[..length]).is_err(),
            "cut at {length}: {}",
            show(data)
        );
    }
}

fn show(data: &[u8]) -> String {
    data.escape_ascii().to_string()
}
