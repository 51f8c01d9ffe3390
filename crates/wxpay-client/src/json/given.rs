//! A request that is given as JSON.

use wxpay_core::{DecodeError, DecodeProblem};

use super::{Json, Object};
use crate::Extra;

/// The member of a request in JSON that holds what this version does not know.
const EXTRA: &str = "extra";

impl Object<'_> {
    /// Refuses members that are none of these, but for `extra`.
    ///
    /// # Errors
    /// There is another one.
    pub fn only(&self, names: &[&str]) -> Result<(), DecodeError> {
        let base = |name: &&str| name.split("_$").next().unwrap_or(name).to_owned();
        let known: Vec<String> = names.iter().map(base).collect();
        for (name, _) in self.members {
            if name != EXTRA && !known.iter().any(|known| name == known) {
                let problem = DecodeProblem::Unknown(known.join(", "));
                return Err(DecodeError::new(self.at(name), problem));
            }
        }
        Ok(())
    }

    /// The one of these members that is there.
    ///
    /// # Errors
    /// None of them is there, or several are.
    pub fn one_of<'n>(&self, names: &[&'n str]) -> Result<&'n str, DecodeError> {
        let is_there = |name: &&&str| match self.member(name) {
            None | Some(Json::Null) => false,
            // As of any scalar, an empty text says that it is absent.
            Some(value) => value.as_str() != Some(""),
        };
        let mut there = names.iter().filter(is_there);
        match (there.next(), there.next()) {
            (Some(name), None) => Ok(name),
            _ => Err(DecodeError::new(
                self.path.clone(),
                DecodeProblem::OneOf(names.join(", ")),
            )),
        }
    }

    /// The members of `extra`, which this version does not know.
    ///
    /// # Errors
    /// `extra` is not an object.
    pub fn extra(&self) -> Result<Extra, DecodeError> {
        let mut extra = Extra::new();
        match self.member(EXTRA) {
            None | Some(Json::Null) => {}
            Some(Json::Object(members)) => {
                for (name, value) in members {
                    extra.insert(name.to_string(), value.clone());
                }
            }
            Some(_) => return Err(DecodeError::malformed(self.at(EXTRA))),
        }
        Ok(extra)
    }
}
