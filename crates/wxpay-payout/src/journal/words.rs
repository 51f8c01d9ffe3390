//! The words that a journal in a database writes for what has a few values.

use wxpay_core::{Certainty, Class};

use crate::{Alarm, Refusal, State, WaitsFor};

pub(super) fn state_of(text: &str) -> Option<State> {
    State::ALL.into_iter().find(|state| state.as_str() == text)
}

pub(super) fn waits_for(text: &str) -> Option<WaitsFor> {
    WaitsFor::ALL.into_iter().find(|who| who.as_str() == text)
}

pub(super) fn alarm_of(text: &str) -> Option<Alarm> {
    Alarm::ALL.into_iter().find(|alarm| alarm.as_str() == text)
}

/// As the specs write it: `D C L S`.
pub(super) fn class_text(class: Class) -> String {
    let mut text = match class.certainty {
        Certainty::Definite => "D",
        Certainty::Ambiguous => "A",
        Certainty::QueryFailed => "Q",
    }
    .to_owned();
    for (is, letter) in [
        (class.configuration, " C"),
        (class.limit, " L"),
        (class.same_number, " S"),
    ] {
        text.push_str(if is { letter } else { "" });
    }
    text
}

/// A refusal from its three columns; `None` if the class is none.
pub(super) fn refusal_of(
    code: Option<String>,
    class: Option<String>,
    message: Option<String>,
) -> Option<Option<Refusal>> {
    let (Some(code), Some(class)) = (code, class) else {
        return Some(None);
    };
    let class = class_of(&class)?;
    Some(Some(Refusal::new(code, class, message.unwrap_or_default())))
}

fn class_of(text: &str) -> Option<Class> {
    let mut letters = text.split(' ');
    let mut class = Class::new(match letters.next()? {
        "D" => Certainty::Definite,
        "A" => Certainty::Ambiguous,
        "Q" => Certainty::QueryFailed,
        _ => return None,
    });
    for letter in letters {
        class = match letter {
            "C" => class.configuration(),
            "L" => class.limit(),
            "S" => class.same_number(),
            _ => return None,
        };
    }
    Some(class)
}
