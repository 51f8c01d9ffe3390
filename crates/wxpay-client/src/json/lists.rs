//! Lists of values, and objects within a string, being written.

use std::ops::RangeBounds;

use wxpay_core::{Identifier, InvalidInput};

use super::members::{json_list_text, json_text};
use super::{Body, Json, check_text};
use crate::Max;
use crate::limits::{NUMBER, check_items, check_range, checked};

impl Body {
    /// Writes a list of identifiers.
    ///
    /// # Errors
    /// It has too few or too many members, or one of them has an invalid format.
    pub fn ids<T: Identifier>(
        &mut self,
        name: &'static str,
        values: &[T],
        items: impl RangeBounds<usize>,
    ) -> Result<(), InvalidInput> {
        self.list(name, values, items, |value| {
            Ok(Json::from(checked(name, value)?))
        })
    }

    /// Writes a list of strings.
    ///
    /// # Errors
    /// It has too few or too many members, or one of them is empty, too long or holds characters
    /// beyond U+FFFF.
    pub fn texts<T: AsRef<str>>(
        &mut self,
        name: &'static str,
        values: &[T],
        items: impl RangeBounds<usize>,
        max: Max,
    ) -> Result<(), InvalidInput> {
        self.list(name, values, items, |value| {
            Ok(Json::from(check_text(name, value.as_ref(), max)?))
        })
    }

    /// Writes a list of whole numbers.
    ///
    /// # Errors
    /// It has too few or too many members, or one of them is out of range.
    pub fn integers(
        &mut self,
        name: &'static str,
        values: &[i64],
        items: impl RangeBounds<usize>,
        range: impl RangeBounds<i64>,
    ) -> Result<(), InvalidInput> {
        self.list(name, values, items, |value| {
            check_range(name, *value, &range, NUMBER)?;
            Ok(Json::from(*value))
        })
    }

    /// Writes an object as JSON within a string.
    ///
    /// # Errors
    /// Those of `write`, with the path to the member; the text is too long.
    pub fn json(
        &mut self,
        name: &'static str,
        max: Max,
        write: impl FnOnce(&mut Self) -> Result<(), InvalidInput>,
    ) -> Result<(), InvalidInput> {
        let text = json_text(name, write)?;
        self.text(name, text, max)
    }

    /// Writes a list of objects as JSON within a string.
    ///
    /// # Errors
    /// It has too few or too many members; those of `write`, with the path to the member; the text
    /// is too long.
    pub fn json_list<T>(
        &mut self,
        name: &'static str,
        members: &[T],
        items: impl RangeBounds<usize>,
        max: Max,
        write: impl Fn(&T, &mut Self) -> Result<(), InvalidInput>,
    ) -> Result<(), InvalidInput> {
        let text = json_list_text(name, members, items, write)?;
        self.text(name, text, max)
    }

    fn list<T>(
        &mut self,
        name: &'static str,
        values: &[T],
        items: impl RangeBounds<usize>,
        write: impl Fn(&T) -> Result<Json, InvalidInput>,
    ) -> Result<(), InvalidInput> {
        check_items(name, values.len(), &items)?;
        let list: Result<Vec<Json>, InvalidInput> = values.iter().map(write).collect();
        self.set(name, Json::List(list?));
        Ok(())
    }
}
