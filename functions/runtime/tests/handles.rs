//! What a function may do with a handle is decided by the compiler.

#[test]
fn a_grant_allows_what_it_says_and_no_more() {
    let cases = trybuild::TestCases::new();
    cases.pass("tests/handles/written_through_write_and_read_write.rs");
    cases.compile_fail("tests/handles/write_through_read_grant.rs");
    cases.compile_fail("tests/handles/read_through_write_grant.rs");
    cases.compile_fail("tests/handles/delivery_through_folder.rs");
    cases.compile_fail("tests/handles/port_called_without_a_handle.rs");
}
