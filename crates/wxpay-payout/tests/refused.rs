//! What must not compile: every way to pay twice that the types can rule out.

#[test]
fn does_not_compile() {
    trybuild::TestCases::new().compile_fail("tests/refused/*.rs");
}
