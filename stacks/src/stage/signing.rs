//! Who signs the code of functions, where a stage takes signed code alone.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};
use serde_saphyr::Spanned;
use std::borrow::Cow;
use std::fmt;

use super::value::{text, wrong};
use super::{AccountId, Platform, Region, Source, StageFault};

text!(
    /// One version of a profile of the signer: another version is another signer.
    SigningProfile,
    "^arn:aws[a-z-]*:signer:[a-z0-9-]+:[0-9]{12}:/signing-profiles/[A-Za-z0-9_]{2,64}/[A-Za-z0-9]{10}$",
    |text| {
        let parts: Vec<_> = text.split(':').collect();
        matches!(parts.as_slice(), ["arn", partition, "signer", region, account, profile]
            if partition.starts_with("aws")
                && Region::new(*region).is_ok()
                && AccountId::new(*account).is_ok()
                && is_version_of_profile(profile))
    },
    "the ARN of a version of a signing profile",
    "write arn:aws:signer:REGION:ACCOUNT:/signing-profiles/NAME/VERSION, the profileVersionArn that 'aws signer \
     get-signing-profile' shows"
);

fn is_version_of_profile(path: &str) -> bool {
    let is_name =
        |name: &str| (2..=64).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    let is_version = |version: &str| version.len() == 10 && version.bytes().all(|b| b.is_ascii_alphanumeric());
    let parts: Vec<_> = path.split('/').collect();
    matches!(parts.as_slice(), ["", "signing-profiles", name, version] if is_name(name) && is_version(version))
}

impl SigningProfile {
    fn part(&self, number: usize) -> &str {
        self.0.split(':').nth(number).unwrap_or_default()
    }

    fn region(&self) -> &str {
        self.part(3)
    }

    /// The account that it is of.
    pub fn owner(&self) -> &str {
        self.part(4)
    }

    pub fn name(&self) -> &str {
        self.part(5).split('/').nth(2).unwrap_or_default()
    }

    pub fn version(&self) -> &str {
        self.part(5).split('/').nth(3).unwrap_or_default()
    }

    /// Whichever version: the profile itself.
    pub fn unversioned(&self) -> &str {
        self.0.rsplit_once('/').map_or("", |(profile, _)| profile)
    }

    /// The signer is asked where the stage is, and the emulator has none.
    pub(super) fn check(
        raw: Spanned<Self>,
        platform: Platform,
        region: &Region,
        source: &Source,
    ) -> Result<Self, StageFault> {
        if platform == Platform::Emulator {
            let remedy = "remove 'code_signing', or write 'runs_on: aws'";
            return Err(source.fault(&raw.referenced, "the emulator has no signer of code", remedy));
        }
        if raw.value.region() != region.as_str() {
            let what = format!("the signing profile is in {}, and the stage in {region}", raw.value.region());
            let remedy = format!("write a profile of {region}: code is signed in the region of its bucket");
            return Err(source.fault(&raw.referenced, &what, &remedy));
        }
        Ok(raw.value)
    }
}

#[cfg(test)]
mod tests {
    use super::SigningProfile;

    #[test]
    fn a_profile_is_named_with_its_version_and_its_place() {
        let arn = "arn:aws:signer:eu-west-1:123456789012:/signing-profiles/millrace_dev/k3Xw9Qp2Ma";
        let profile = SigningProfile::new(arn).unwrap();
        assert_eq!((profile.region(), profile.owner()), ("eu-west-1", "123456789012"));
        assert_eq!((profile.name(), profile.version()), ("millrace_dev", "k3Xw9Qp2Ma"));
        assert_eq!(profile.unversioned(), "arn:aws:signer:eu-west-1:123456789012:/signing-profiles/millrace_dev");
        for (from, to) in [
            ("/k3Xw9Qp2Ma", ""),
            ("k3Xw9Qp2Ma", "k3Xw9Qp2"),
            ("k3Xw9Qp2Ma", "k3Xw9Qp2M*"),
            ("millrace_dev", "millrace-dev"),
            ("millrace_dev", ""),
            ("signer", "lambda"),
            ("eu-west-1", ""),
            ("123456789012", "12345"),
            (":/signing-profiles", ":signing-profiles"),
        ] {
            assert!(SigningProfile::new(arn.replace(from, to)).is_err(), "{from} as {to}");
        }
    }
}
