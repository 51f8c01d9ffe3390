use serde_json::{Map, Value};

use crate::random::another;
use crate::v3::Content;

/// The body of a response by description.
pub(crate) struct Described {
    pub(crate) members: Map<String, Value>,
    /// The names of what a response repeats from its request.
    pub(crate) repeated: Vec<&'static str>,
}

impl Content for Described {
    fn to_json(&self) -> Vec<u8> {
        Value::Object(self.members.clone()).to_string().into_bytes()
    }

    fn become_another(&mut self) {
        let mut changed = false;
        for name in &self.repeated {
            if let Some(Value::String(text)) = self.members.get_mut(*name) {
                *text = another(text);
                changed = true;
            }
        }
        if !changed {
            self.tamper();
        }
    }

    fn tamper(&mut self) {
        if !tamper(&mut self.members) {
            self.members
                .insert("tampered".to_owned(), Value::from(true));
        }
    }
}

/// Changes the first amount or text.
fn tamper(members: &mut Map<String, Value>) -> bool {
    members.values_mut().any(|value| match value {
        Value::String(text) => {
            *text = another(text);
            true
        }
        Value::Number(number) => {
            let more = number.as_i64().unwrap_or_default().wrapping_add(1);
            *value = Value::from(more);
            true
        }
        Value::Object(members) => tamper(members),
        _ => false,
    })
}
