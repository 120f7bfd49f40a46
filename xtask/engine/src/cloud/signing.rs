//! What goes through the port about signatures of code.

/// A version of a signing profile, by which a signer and what it signed are known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    pub name: String,
    pub version: String,
    /// The account that it is of.
    pub owner: String,
}

/// How a profile stands, whichever version of it is the latest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileState {
    pub version: String,
    /// What its signatures are for.
    pub platform: String,
    /// `None` for one that signs; otherwise what became of it, in a word of AWS's.
    pub ended: Option<String>,
}

/// One object to sign, in the version that it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningRequest {
    pub bucket: String,
    pub key: String,
    pub version: String,
    /// How the key of what is signed begins, in the same bucket; how it goes on is up to the signer.
    pub prefix: String,
    pub profile: Profile,
    /// The signer answers a token that it knows with the job that it began for it.
    pub token: String,
}

/// How a job of a signer stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SigningJob {
    Pending,
    /// Where the signed object is, and the version of the profile that signed it.
    Done {
        key: String,
        version: String,
    },
    Failed(String),
}
