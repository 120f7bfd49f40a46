//! A deployable function.

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{Run, Side};

/// A function: the name of its binary, what invokes it, and what it is given.
pub trait Function {
    /// The binary, its crate, and the last part of the deployed function's name.
    const BIN: &'static str;
    /// What the function does, for the console.
    const DESCRIPTION: &'static str;
    type Event: DeserializeOwned;
    type Env<S: Side>: Serialize + DeserializeOwned;
}

/// Reads a function's environment, once, at the top of its `main`. Names the first variable that is missing or wrong.
pub fn environment<F: Function>(
    variables: impl Iterator<Item = (String, String)>,
) -> Result<F::Env<Run>, serde_json::Error> {
    let variables = variables.map(|(name, value)| (name, Value::String(value))).collect();
    serde_json::from_value(Value::Object(variables))
}
