//! Wiring that does not fit does not compile: one case for each kind of mistake, with the compiler's answer beside it.

#[test]
fn wiring_that_does_not_fit_does_not_compile() {
    trybuild::TestCases::new().compile_fail("tests/compile-fail/*.rs");
}
