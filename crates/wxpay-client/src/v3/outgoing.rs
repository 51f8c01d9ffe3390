use bytes::Bytes;
#[cfg(feature = "upload")]
use wxpay_transport::UploadBody;

/// A body on its way out.
pub(crate) enum Outgoing {
    Whole(Bytes),
    /// To be read while it is sent.
    #[cfg(feature = "upload")]
    Pieces(UploadBody),
}
