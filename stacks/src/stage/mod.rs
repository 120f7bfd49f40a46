//! A stage: one deployment of the pipelines, read from `environments/{name}.yaml`.
//!
//! [`RawStage`] is the file as written; [`Stage`] has every default applied and cannot be wrong.

mod accommodation;
mod artifacts;
mod ci;
mod copy;
mod database;
mod fault;
mod flats;
mod given;
mod images;
mod inbox;
mod orders;
mod pipelines;
mod rates;
mod raw;
mod read;
mod release;
mod schema;
mod signing;
mod taxi;
mod value;
mod version;

use contract::Function;
use contract::pull_rates::PullRates;
use serde_saphyr::Spanned;

pub use accommodation::{Accommodation, ItemsCapacity};
pub use artifacts::Artifacts;
pub use ci::Ci;
pub use copy::{Copied, CopyFault, Scale, is_copy, moment, read_copy, text as copy_text};
pub use database::{Database, DatabaseClass};
pub use fault::{Place, StageFault, instead, nearest};
pub use flats::{Flats, NodeType, Warehouse};
pub use given::{Branch, BucketName, CopyPrefix, Repository};
pub use images::Images;
pub use inbox::Inbox;
pub use orders::{Orders, Schedule};
pub use pipelines::Pipelines;
pub use rates::{Dms, DmsClass, Engine, Load, Pull, Rates, Retry, SCHEDULE_DMS, Spark, TaskSize, WorkerType};
pub use raw::{Package, RawStage};
pub use read::{read, read_as};
pub use release::{Course, Release, Shift};
pub use schema::schema;
pub use signing::SigningProfile;
pub use taxi::{AUTOSCALER, Autoscale, Capacity, Compression, Consumers, Delivery, FunctionSize, Taxi};
pub use value::{
    AccountId, Email, LogDays, ProjectFile, ProjectName, REMEDY, Region, SecretArn, StageName, TimeOfDay, Within,
};

pub use version::{Upgraded, VERSION, upgraded};

use raw::{RawArchitecture, RawPlatform, RawSuppression};

/// Everything that the stacks need to know.
#[derive(Debug, Clone)]
pub struct Stage {
    pub name: StageName,
    /// Of a stage that is a copy of another one.
    pub copy: Option<Copied>,
    pub project: ProjectName,
    pub account: AccountId,
    pub region: Region,
    pub platform: Platform,
    pub architecture: Architecture,
    pub log_days: LogDays,
    pub keep_data: bool,
    pub hotswap: bool,
    pub express: bool,
    pub release: Release,
    pub alert_emails: Vec<Email>,
    pub suppressed: Vec<Suppressed>,
    pub database: Database,
    pub images: Images,
    pub artifacts: Artifacts,
    /// Whose signature functions from archives ask of their code.
    pub code_signing: Option<SigningProfile>,
    /// Who deploys it without a person.
    pub ci: Option<Ci>,
    pub pipelines: Pipelines,
}

/// A finding of `check` that is accepted, and where the file says so.
#[derive(Debug, Clone)]
pub struct Suppressed {
    pub rule: String,
    pub resource: Option<String>,
    pub reason: String,
    pub line: u64,
    pub column: u64,
}

impl Suppressed {
    fn read(accepted: RawSuppression, text: &str) -> Self {
        let RawSuppression { rule, resource, reason } = accepted;
        let (line, column) = read::place(text, rule.referenced).map_or((1, 1), |place| (place.line, place.column));
        Self { rule: rule.value, resource, reason, line, column }
    }
}

/// Where a stage runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Platform {
    Aws,
    Emulator,
}

/// What the functions are built for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Architecture {
    Arm64,
    X86_64,
}

impl Architecture {
    /// As CloudFormation calls it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Arm64 => "arm64",
            Self::X86_64 => "x86_64",
        }
    }
}

impl Pipelines {
    /// Whether one of them loads into the stage's PostgreSQL.
    pub fn need_database(&self) -> bool {
        self.orders.is_some() || self.rates.is_some() || self.flats_go_to_postgres()
    }

    fn flats_go_to_postgres(&self) -> bool {
        self.flats.as_ref().is_some_and(|flats| flats.warehouse == Warehouse::Postgres)
    }

    /// The services that functions call which stand beside the database.
    pub fn called_from_network(&self) -> Vec<&'static str> {
        let all = self.need_database().then_some(["secretsmanager", "sns", "s3"]).into_iter().flatten();
        // The ledger of loads is a table.
        all.chain(self.flats_go_to_postgres().then_some("dynamodb")).collect()
    }

    /// Whether something stands in a network of the stage's own: its PostgreSQL, or a warehouse.
    pub fn need_network(&self) -> bool {
        self.flats.is_some() || self.need_database()
    }

    /// Whether something stands in the network that has to reach the internet.
    pub fn need_internet(&self) -> bool {
        self.rates.as_ref().is_some_and(|rates| matches!(rates.pull, Pull::Task(_)))
    }

    /// The functions that are packaged as container images.
    pub fn images(&self) -> Vec<&'static str> {
        let images = self.functions().into_iter().filter(|(_, size)| size.package == Package::Image);
        images.map(|(name, _)| name).collect()
    }
}

/// Names under which stages are production, whatever else their files say.
pub const PRODUCTION: [&str; 3] = ["prod", "production", "live"];

impl Stage {
    /// Reads and validates a stage file. `host` is what `architecture: native` stands for.
    pub fn parse(name: StageName, file: &str, text: &str, host: Architecture) -> Result<Self, StageFault> {
        let raw = read(file, text)?;
        let emails = raw.alerts.emails;
        let source = Source { file, text, alert_emails: &emails };
        let pipelines = Pipelines::check(&raw.pipelines.value, &source)?;
        if pipelines.named().iter().all(|(_, there)| !there) {
            return Err(source.fault(
                &raw.pipelines.referenced,
                "the stage has no pipeline",
                "name one, such as 'taxi: {}' below 'pipelines:'",
            ));
        }
        let hotswap = or(raw.hotswap.as_ref(), false);
        if let Some(written) = raw.hotswap.as_ref().filter(|_| hotswap && PRODUCTION.contains(&name.as_str())) {
            return Err(source.fault(
                &written.referenced,
                "code must not go past the stacks of a production stage",
                "take 'hotswap' out, or write 'hotswap: false'",
            ));
        }
        let platform = match raw.runs_on {
            RawPlatform::Aws => Platform::Aws,
            RawPlatform::Emulator => Platform::Emulator,
        };
        let release = Release::check(&raw.release, platform, hotswap, &source)?;
        let signer = raw.code_signing.map(|profile| SigningProfile::check(profile, platform, &raw.region, &source));
        let code_signing = signer.transpose()?;
        let at = raw.pipelines.referenced;
        if let (Platform::Emulator, Some(function)) = (platform, pipelines.images().first()) {
            let remedy = if pipelines.need_internet() && *function == PullRates::BIN {
                "write 'runs_on: function' below 'pull:'".to_owned()
            } else {
                format!("write 'package: zip' below the function's settings ({function})")
            };
            let what =
                format!("{function} is packaged as an image, and the emulator runs functions without containers");
            return Err(source.fault(&at, &what, &remedy));
        }
        let ci = raw.ci.map(|ci| Ci::check(ci, &name, &source)).transpose()?;
        Ok(Self {
            name,
            copy: None,
            project: raw.project,
            account: raw.account,
            region: raw.region,
            platform,
            architecture: match raw.architecture {
                RawArchitecture::Arm64 => Architecture::Arm64,
                RawArchitecture::X86_64 => Architecture::X86_64,
                RawArchitecture::Native => host,
            },
            log_days: raw.log_retention_days.unwrap_or(LogDays::DEFAULT),
            keep_data: raw.keep_data.unwrap_or(true),
            hotswap,
            express: raw.express.unwrap_or(false),
            release,
            alert_emails: emails,
            suppressed: raw.suppress.into_iter().map(|accepted| Suppressed::read(accepted, text)).collect(),
            database: Database::check(&raw.database),
            images: Images::check(raw.images),
            artifacts: Artifacts::check(raw.artifacts),
            code_signing,
            ci,
            pipelines,
        })
    }
}

/// The file at hand, for faults that only show when several values are seen together.
struct Source<'a> {
    file: &'a str,
    text: &'a str,
    /// Who hears of what goes wrong, where a pipeline names nobody else.
    alert_emails: &'a [Email],
}

impl Source<'_> {
    fn fault(&self, at: &serde_saphyr::Location, what: &str, remedy: &str) -> StageFault {
        StageFault {
            file: self.file.to_owned(),
            place: read::place(self.text, *at),
            what: what.to_owned(),
            remedy: remedy.to_owned(),
        }
    }
}

/// The value, where it was written, or the default.
fn or<T: Copy>(written: Option<&Spanned<T>>, default: T) -> T {
    written.map_or(default, |written| written.value)
}
