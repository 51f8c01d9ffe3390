/// What every open enum has in addition to its values: how it is read, shown and, with `serde`,
/// written.
#[doc(hidden)]
#[macro_export]
macro_rules! wire_value {
    ($name:ident) => {
        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl $crate::core::FromWire for $name {
            fn from_wire(text: &str) -> Option<Self> {
                Some(Self::from(text))
            }
        }

        #[cfg(feature = "serde")]
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(
                &self,
                serializer: S,
            ) -> std::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
    };
}
