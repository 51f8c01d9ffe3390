//! How moments, amounts and messages are written in a snapshot.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A moment, as milliseconds since 1970.
pub(crate) mod millis {
    use super::{Deserialize, Deserializer, Serialize, Serializer};
    use serde::de::Error;
    use wxpay_core::Timestamp;

    pub(crate) fn serialize<S: Serializer>(moment: &Timestamp, to: S) -> Result<S::Ok, S::Error> {
        moment.unix_millis().serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Timestamp, D::Error> {
        let millis = i64::deserialize(from)?;
        Timestamp::from_unix_millis(millis)
            .ok_or_else(|| D::Error::custom("the timestamp is out of range"))
    }
}

/// A moment that may be missing.
pub(crate) mod millis_option {
    use super::{Deserialize, Deserializer, Serialize, Serializer};
    use serde::de::Error;
    use wxpay_core::Timestamp;

    pub(crate) fn serialize<S: Serializer>(
        moment: &Option<Timestamp>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        moment.map(Timestamp::unix_millis).serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Timestamp>, D::Error> {
        let millis = Option::<i64>::deserialize(from)?;
        let read = |millis| {
            Timestamp::from_unix_millis(millis)
                .ok_or_else(|| D::Error::custom("the timestamp is out of range"))
        };
        millis.map(read).transpose()
    }
}

/// An amount, in fen.
pub(crate) mod fen {
    use super::{Deserialize, Deserializer, Serialize, Serializer};
    use wxpay_core::Fen;

    pub(crate) fn serialize<S: Serializer>(amount: &Fen, to: S) -> Result<S::Ok, S::Error> {
        amount.get().serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Fen, D::Error> {
        i64::deserialize(from).map(Fen::new)
    }
}

/// An amount that may be missing.
pub(crate) mod fen_option {
    use super::{Deserialize, Deserializer, Serialize, Serializer};
    use wxpay_core::Fen;

    pub(crate) fn serialize<S: Serializer>(amount: &Option<Fen>, to: S) -> Result<S::Ok, S::Error> {
        amount.map(Fen::get).serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Fen>, D::Error> {
        Ok(Option::<i64>::deserialize(from)?.map(Fen::new))
    }
}

/// The fields of a message of APIv2.
pub(crate) mod params {
    use super::{Deserialize, Deserializer, Serialize, Serializer};
    use std::collections::BTreeMap;
    use wxpay_core::Params;

    pub(crate) fn serialize<S: Serializer>(params: &Params, to: S) -> Result<S::Ok, S::Error> {
        params.iter().collect::<BTreeMap<_, _>>().serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Params, D::Error> {
        let fields = BTreeMap::<String, String>::deserialize(from)?;
        Ok(fields.iter().collect())
    }
}

/// Bytes that may be missing, in base64.
pub(crate) mod base64_option {
    use super::{Deserialize, Deserializer, Serialize, Serializer};
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use bytes::Bytes;
    use serde::de::Error;

    pub(crate) fn serialize<S: Serializer>(
        bytes: &Option<Bytes>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        let text = bytes.as_ref().map(|bytes| STANDARD.encode(bytes));
        text.serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Bytes>, D::Error> {
        let text = Option::<String>::deserialize(from)?;
        let bytes = text.map(|text| STANDARD.decode(text).map(Bytes::from));
        bytes.transpose().map_err(D::Error::custom)
    }
}
