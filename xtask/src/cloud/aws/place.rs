//! What is different where AWS is emulated.

use std::time::Duration;

#[derive(Debug)]
pub(super) enum Place {
    Aws { region: String },
    Emulator { endpoint: String },
}

impl Place {
    /// Where CloudFormation fetches a stored template.
    pub(super) fn url(&self, bucket: &str, key: &str) -> String {
        match self {
            Self::Aws { region } => {
                let china = if region.starts_with("cn-") { ".cn" } else { "" };
                format!("https://{bucket}.s3.{region}.amazonaws.com{china}/{key}")
            }
            Self::Emulator { endpoint } => format!("{}/{bucket}/{key}", endpoint.trim_end_matches('/')),
        }
    }

    /// How long to wait before asking again for what takes AWS a while.
    pub(super) fn pace(&self) -> Duration {
        match self {
            Self::Aws { .. } => Duration::from_secs(2),
            Self::Emulator { .. } => Duration::from_millis(100),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stored_template_has_an_address_in_every_place() {
        let aws = |region: &str| Place::Aws { region: region.to_owned() }.url("b", "templates/x.json");
        assert_eq!(aws("eu-west-1"), "https://b.s3.eu-west-1.amazonaws.com/templates/x.json");
        assert_eq!(aws("cn-north-1"), "https://b.s3.cn-north-1.amazonaws.com.cn/templates/x.json");
        let emulator = Place::Emulator { endpoint: "http://127.0.0.1:4566/".to_owned() };
        assert_eq!(emulator.url("b", "templates/x.json"), "http://127.0.0.1:4566/b/templates/x.json");
    }
}
