//! What a plan has to know of resource types.

pub trait Schemas {
    /// The properties whose change replaces a resource of this type, as dotted paths.
    fn create_only(&self, kind: &str) -> Vec<String>;
    /// The properties that give a resource of this type its name.
    fn names(&self, kind: &str) -> Vec<String>;
}
