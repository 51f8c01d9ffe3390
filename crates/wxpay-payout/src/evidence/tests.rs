use super::*;

fn refusal(class: Class) -> Refusal {
    Refusal::new("CODE", class, "")
}

#[test]
fn what_a_refusal_stops_and_is_about() {
    let definite = Class::new(Certainty::Definite);
    let ambiguous = Class::new(Certainty::Ambiguous);
    for (class, is_definite, stops, about) in [
        (definite, true, false, true),
        (definite.limit(), true, false, true),
        (definite.configuration(), true, true, false),
        (definite.same_number(), true, true, false),
        (definite.same_number().limit(), true, false, false),
        (definite.configuration().same_number(), true, true, false),
        (ambiguous, false, false, false),
        (ambiguous.configuration(), false, true, false),
        (ambiguous.same_number(), false, false, false),
        (Class::new(Certainty::QueryFailed), false, false, false),
    ] {
        let refusal = refusal(class);
        assert_eq!(
            (
                refusal.is_definite(),
                refusal.stops_everybody(),
                refusal.is_about_the_payment()
            ),
            (is_definite, stops, about),
            "{class:?}"
        );
    }
}

#[test]
fn message_does_not_show_what_it_holds() {
    let message = Message::new("<re_user_name>王小王</re_user_name>");
    assert_eq!(format!("{message:?}"), "Message(38 bytes)");
    assert_eq!(message.bytes().len(), 38);
}
