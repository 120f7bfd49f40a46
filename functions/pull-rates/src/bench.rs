//! A function with memory for buckets, and a real server of HTTP for a source of three pages.

use contract::{
    Handle, HttpSource, Whole,
    pull_rates::{Env, Pull, Pulled},
    rates::{Batch, Format, Manifest},
};
use runtime::{
    Answer, Handler,
    testing::{MemoryObjects, MemorySecrets, Upsets, Watch},
};
use sha2::{Digest, Sha256};
use std::{
    collections::BTreeMap,
    rc::Rc,
    sync::{Arc, Mutex},
    time::Duration,
};

use crate::{
    address::hex,
    handle::Puller,
    limits::Limits,
    site::{Asked, Site, Step, answer},
};

pub(crate) const FORMATS: [Format; 3] = [Format::Json, Format::Csv, Format::Xml];
pub(crate) const RAW: &str = "s3://raw/rates/";
pub(crate) const FOLDER: &str = "s3://raw/rates/batch=run-1/";
pub(crate) const SEEN: &str = "s3://curated/rates/seen/";
const SECRET: &str = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:rates";
/// What nobody may find anywhere.
pub(crate) const SECRETS: [&str; 2] = ["hunter2", "swordfish"];

/// What is answered in place of a page, given its number, what it is asked, and the answer that would be right.
pub(crate) type Instead = Box<dyn Fn(&Asked, Vec<Step>) -> Vec<Step> + Send>;

/// What the server answers next.
#[derive(Default)]
pub(crate) struct Course {
    /// For the next requests for a page, one after another.
    pub(crate) instead: BTreeMap<usize, Vec<Instead>>,
    /// In entity tags and prices.
    pub(crate) state: u32,
    /// Headers of each page.
    pub(crate) headers: String,
}

pub(crate) struct World {
    pub(crate) site: Site,
    pub(crate) course: Arc<Mutex<Course>>,
    pub(crate) format: Format,
    pub(crate) objects: Rc<MemoryObjects>,
    pub(crate) upsets: Rc<Upsets>,
    pub(crate) limits: Limits,
    pub(crate) pause: Rc<Watch>,
}

/// Of three, the last of which has no next one.
pub(crate) fn body(format: Format, page: usize, state: u32) -> Vec<u8> {
    let rows = (0..page).map(|row| (format!("DE{row}AA"), format!("CN{page}BB"), page * 1_000 + row + state as usize));
    let next = (page < 3).then(|| format!("/v1/prices?page={}", page + 1));
    let body = match format {
        Format::Json => {
            let row = |(orig, dest, price)| {
                let codes = format!(r#""orig_code":"{orig}","dest_code":"{dest}""#);
                format!(r#"{{{codes},"day":"2026-11-21","price":{price}}}"#)
            };
            let rows: Vec<_> = rows.map(row).collect();
            let next = next.map(|next| format!(",\"next\":\"{next}\"")).unwrap_or_default();
            format!("{{\"prices\":[{}]{next}}}", rows.join(",\n"))
        }
        Format::Csv => rows.fold("orig_code,dest_code,day,price\n".to_owned(), |text, (orig, dest, price)| {
            format!("{text}{orig},{dest},2026-11-21,{price}\n")
        }),
        Format::Xml => {
            let rows = rows.fold(String::new(), |text, (orig, dest, price)| {
                let codes = format!("<orig_code>{orig}</orig_code><dest_code>{dest}</dest_code>");
                format!("{text}<price>{codes}<day>2026-11-21</day><price>{price}</price></price>")
            });
            let next = next.map(|next| format!(" next=\"{next}\"")).unwrap_or_default();
            format!("<?xml version=\"1.0\"?>\n<prices{next}>{rows}</prices>\n")
        }
    };
    body.into_bytes()
}

/// What a page is sent with.
pub(crate) fn headers(format: Format, page: usize, state: u32) -> String {
    let tag = format!("etag: \"{state}-{page}\"\r\n");
    match format {
        // All that says how much of it there is.
        Format::Csv if page < 3 => {
            format!("{tag}x-row-count: {page}\r\nlink: </v1/prices?page={}>; rel=\"next\"\r\n", page + 1)
        }
        Format::Csv => format!("{tag}x-row-count: {page}\r\n"),
        Format::Json | Format::Xml => tag,
    }
}

/// Which page is asked for.
fn number(asked: &Asked) -> usize {
    asked.path.split_once("page=").map_or(1, |(_, page)| page.parse().unwrap())
}

fn reply(course: &Mutex<Course>, format: Format, asked: &Asked) -> Vec<Step> {
    if asked.headers.get("authorization").map(String::as_str) != Some("Bearer swordfish") {
        return answer(401, "", b"who are you?");
    }
    let (mut course, page) = (course.lock().unwrap(), number(asked));
    let headers = format!("{}{}", headers(format, page, course.state), course.headers);
    let right = if asked.headers.get("if-none-match").is_some_and(|tag| headers.contains(tag.as_str())) {
        answer(304, &headers, b"").into_iter().take(1).collect()
    } else {
        answer(200, &headers, &body(format, page, course.state))
    };
    match course.instead.get_mut(&page).filter(|instead| !instead.is_empty()) {
        Some(instead) => instead.remove(0)(asked, right),
        None => right,
    }
}

impl World {
    pub(crate) fn new(format: Format, upsets: Upsets) -> Self {
        let (upsets, course) = (Rc::new(upsets), Arc::new(Mutex::<Course>::default()));
        let answering = Arc::clone(&course);
        Self {
            site: Site::new(move |asked| reply(&answering, format, asked)),
            course,
            format,
            // So that the larger pages are uploaded in parts.
            objects: Rc::new(MemoryObjects::new(Rc::clone(&upsets)).with_parts_of(60)),
            upsets,
            limits: Limits {
                answer: Duration::from_millis(300),
                silence: Duration::from_millis(300),
                slow: (Duration::from_millis(300), 100_000),
                page: 64 * 1_024,
                room: Duration::ZERO,
                ..Limits::default()
            },
            pause: Rc::default(),
        }
    }

    /// At the next request for a page, this is done instead.
    pub(crate) fn at(&self, page: usize, instead: impl Fn(&Asked, Vec<Step>) -> Vec<Step> + Send + 'static) {
        self.course.lock().unwrap().instead.entry(page).or_default().push(Box::new(instead));
    }

    pub(crate) fn source(&self) -> String {
        format!("http://127.0.0.1:{}/v1/prices?day=2026-11-21&api_key=hunter2", self.site.port)
    }

    pub(crate) fn env(&self) -> Env<contract::Run> {
        Env {
            raw: Handle::named(RAW),
            seen: Handle::named(SEEN),
            source: Some(HttpSource::try_from(self.source()).unwrap()),
            credentials: Some(Handle::named(SECRET)),
            format: self.format,
            requests_per_minute: Whole(600_000),
            seconds: Whole(60),
        }
    }

    pub(crate) fn run(&self) -> Result<Answer<Pulled>, String> {
        self.run_with(self.env(), pull())
    }

    pub(crate) fn run_with(&self, env: Env<contract::Run>, pull: Pull) -> Result<Answer<Pulled>, String> {
        let secrets = MemorySecrets::default();
        secrets.keep(SECRET, r#"{"authorization": "Bearer swordfish"}"#);
        let (objects, pause) = (Rc::clone(&self.objects), Noted(Rc::clone(&self.pause)));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let pulled =
            runtime.block_on(async { Puller::new(env, objects, secrets, pause, self.limits)?.handle(pull).await });
        pulled.map_err(|error| {
            let told = runtime::chain(&*error);
            assert!(SECRETS.iter().all(|secret| !told.contains(secret)), "{told}");
            told
        })
    }

    /// The objects of the batch by their names.
    pub(crate) fn batch(&self) -> BTreeMap<String, Vec<u8>> {
        let all = self.objects.all().into_iter();
        all.filter_map(|(uri, body)| Some((uri.strip_prefix(FOLDER)?.to_owned(), body))).collect()
    }

    pub(crate) fn manifest(&self) -> Manifest {
        serde_json::from_slice(&self.batch()["manifest.json"]).unwrap()
    }

    /// The batch is exactly the source's three pages, of one state.
    pub(crate) fn assert_whole(&self, state: u32, what: &str) {
        let (batch, manifest) = (self.batch(), self.manifest());
        assert_eq!((manifest.pages.len(), manifest.unchanged), (3, false), "{what}");
        for (number, note) in (1..).zip(&manifest.pages) {
            let expected = body(self.format, number, state);
            assert_eq!(note.name, format!("page-{number:06}.{}", self.format.extension()), "{what}");
            assert_eq!(String::from_utf8_lossy(&batch[&note.name]), String::from_utf8_lossy(&expected), "{what}");
            assert_eq!(note.bytes, expected.len() as u64, "{what}");
            assert_eq!(note.sha256, hex(&Sha256::digest(&expected)), "{what}");
            assert_eq!(note.etag, Some(format!("\"{state}-{number}\"")), "{what}");
            assert_eq!(note.rows, (self.format == Format::Csv).then_some(number as u64), "{what}");
        }
        assert_eq!(manifest.bytes, manifest.pages.iter().map(|page| page.bytes).sum::<u64>(), "{what}");
        assert_eq!((manifest.batch, manifest.format), (pull().batch, self.format), "{what}");
        assert_eq!(manifest.source, self.source().replace("hunter2", "***"), "{what}");
        for (name, body) in batch {
            let text = String::from_utf8_lossy(&body).into_owned();
            assert!(SECRETS.iter().all(|secret| !text.contains(secret)), "{what}: {name} is {text}");
        }
    }
}

pub(crate) fn pull() -> Pull {
    let batch: Batch = serde_json::from_str(r#"{"run":"run-1","started":"2026-11-21T02:00:07Z"}"#).unwrap();
    Pull { batch, source: None }
}

/// The pauses of several runs on one watch.
struct Noted(Rc<Watch>);

impl runtime::Pause for Noted {
    async fn pause(&self, time: Duration) {
        self.0.pause(time).await;
    }
}
