//! The configuration of an image: how its program is started, and what its layers are.

use serde_json::{Map, Value, json};

use crate::digest::Digest;
use crate::error::Error;
use crate::files::TASK_ROOT;
use crate::platform::Platform;

/// The time of whatever has no time of its own.
const BEGINNING: &str = "1970-01-01T00:00:00Z";

const ROOT_VARIABLE: &str = "LAMBDA_TASK_ROOT=";

/// The configuration of a base. What we do not know of in it is kept as it is.
#[derive(Debug, Clone)]
pub(crate) struct Config(Map<String, Value>);

impl Config {
    pub(crate) fn empty(platform: Platform) -> Self {
        let fields = json!({
            "created": BEGINNING,
            "architecture": platform.architecture(),
            "os": "linux",
            "config": {},
            "rootfs": { "type": "layers", "diff_ids": [] },
            "history": [],
        });
        Self(fields.as_object().cloned().unwrap_or_default())
    }

    /// That of an image of so many layers, which has to be for this platform.
    pub(crate) fn read(what: &str, bytes: &[u8], layers: usize, platform: Platform) -> Result<Self, Error> {
        let unfit = |why: String| Error::unfit(what, why);
        let fields: Map<String, Value> = serde_json::from_slice(bytes)
            .map_err(|error| unfit(format!("its configuration is unreadable: {error}")))?;
        let text = |name| fields.get(name).and_then(Value::as_str).unwrap_or("unknown");
        let there = format!("{}/{}", text("os"), text("architecture"));
        if there != platform.to_string() {
            return Err(Error::NoPlatform { what: what.to_owned(), wanted: platform, there: vec![there] });
        }
        let config = Self(fields);
        let ids = config.diff_ids()?.len();
        if ids != layers {
            return Err(unfit(format!("it has {layers} layers, its configuration speaks of {ids}")));
        }
        Ok(config)
    }

    /// What each layer is when it is not compressed.
    pub(crate) fn diff_ids(&self) -> Result<Vec<Digest>, Error> {
        let ids = self.0.get("rootfs").and_then(|rootfs| rootfs.get("diff_ids")).and_then(Value::as_array);
        let ids = ids.ok_or_else(|| Error::unfit("the configuration", "it does not say what its layers are"))?;
        ids.iter().map(|id| id.as_str().unwrap_or_default().parse()).collect()
    }

    /// With one more layer, the one that holds the function, and started as Lambda starts functions.
    pub(crate) fn with_function(mut self, diff_id: &Digest) -> Result<Vec<u8>, Error> {
        let fields = &mut self.0;
        fields.entry("created").or_insert_with(|| BEGINNING.into());
        let run = object(fields, "config")?;
        run.insert("Entrypoint".to_owned(), json!([format!("{TASK_ROOT}/bootstrap")]));
        // It was for the base's own entry point.
        run.remove("Cmd");
        run.insert("WorkingDir".to_owned(), TASK_ROOT.into());
        let variables = array(run, "Env")?;
        variables.retain(|variable| !variable.as_str().is_some_and(|text| text.starts_with(ROOT_VARIABLE)));
        variables.push(format!("{ROOT_VARIABLE}{TASK_ROOT}").into());
        array(object(fields, "rootfs")?, "diff_ids")?.push(diff_id.as_str().into());
        array(fields, "history")?.push(json!({ "created": BEGINNING, "created_by": "millrace: the function" }));
        serde_json::to_vec(fields).map_err(|error| Error::unfit("the configuration", error.to_string()))
    }
}

fn object<'a>(fields: &'a mut Map<String, Value>, name: &str) -> Result<&'a mut Map<String, Value>, Error> {
    let value = fields.entry(name).or_insert(Value::Null);
    if value.is_null() {
        *value = json!({});
    }
    value.as_object_mut().ok_or_else(|| Error::unfit("the base's configuration", format!("its '{name}' is no object")))
}

fn array<'a>(fields: &'a mut Map<String, Value>, name: &str) -> Result<&'a mut Vec<Value>, Error> {
    let value = fields.entry(name).or_insert(Value::Null);
    if value.is_null() {
        *value = json!([]);
    }
    value.as_array_mut().ok_or_else(|| Error::unfit("the base's configuration", format!("its '{name}' is no list")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_base_says_is_kept() {
        let base = json!({
            "architecture": "arm64", "os": "linux", "created": "2026-01-02T03:04:05Z", "os.version": "1",
            "config": { "Env": ["PATH=/bin", "LAMBDA_TASK_ROOT=/elsewhere"], "Cmd": ["sh"], "User": "nobody", "Shell": ["x"] },
            "rootfs": { "type": "layers", "diff_ids": [Digest::of(b"base").as_str()] },
        });
        let bytes = serde_json::to_vec(&base).unwrap();
        let config = Config::read("base", &bytes, 1, Platform::Arm64).unwrap();
        let made: Value = serde_json::from_slice(&config.with_function(&Digest::of(b"own")).unwrap()).unwrap();
        let run = json!({
            "Env": ["PATH=/bin", "LAMBDA_TASK_ROOT=/var/task"], "User": "nobody", "Shell": ["x"],
            "Entrypoint": ["/var/task/bootstrap"], "WorkingDir": "/var/task",
        });
        assert_eq!(made["config"], run);
        assert_eq!(made["created"], "2026-01-02T03:04:05Z");
        assert_eq!(made["os.version"], "1");
        assert_eq!(made["rootfs"]["diff_ids"], json!([Digest::of(b"base").as_str(), Digest::of(b"own").as_str()]));
        assert_eq!(made["history"].as_array().unwrap().len(), 1);
    }

    #[test]
    fn a_base_without_settings_gets_them() {
        let base = br#"{"architecture":"amd64","os":"linux","config":null,"rootfs":{"diff_ids":[]},"history":null}"#;
        let config = Config::read("base", base, 0, Platform::Amd64).unwrap();
        let made: Value = serde_json::from_slice(&config.with_function(&Digest::of(b"own")).unwrap()).unwrap();
        assert_eq!(made["config"]["Env"], json!(["LAMBDA_TASK_ROOT=/var/task"]));
        assert_eq!(made["created"], BEGINNING);
    }

    #[test]
    fn what_does_not_fit_is_said() {
        let base = br#"{"architecture":"arm64","os":"linux","rootfs":{"diff_ids":[]}}"#;
        let said = Config::read("base", base, 0, Platform::Amd64).unwrap_err().to_string();
        assert!(said.contains("nothing for linux/amd64; there is: linux/arm64"), "{said}");
        let said = Config::read("base", base, 2, Platform::Arm64).unwrap_err().to_string();
        assert!(said.contains("2 layers"), "{said}");
        let odd = br#"{"architecture":"arm64","os":"linux","config":7,"rootfs":{"diff_ids":[]}}"#;
        let config = Config::read("base", odd, 0, Platform::Arm64).unwrap();
        assert!(config.with_function(&Digest::of(b"")).is_err());
    }
}
