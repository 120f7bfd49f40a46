//! What a benchmark of a function has in common with those of others: one step of it in a process of its own, so that time
//! and memory are of that step alone. `cargo xtask bench --only functions` runs them.

use serde_json::{Value, json};
use std::{
    env,
    error::Error,
    fs::{self, File},
    io::{BufRead, BufReader, BufWriter, Write},
    path::Path,
    time::Instant,
};

type BoxError = Box<dyn Error + Send + Sync>;

/// The variables that say what to do, and of what.
const STEP: &str = "MILLRACE_PACE_STEP";
const ROOT: &str = "MILLRACE_PACE_ROOT";
const OBJECT: &str = "MILLRACE_PACE_OBJECT";
const MEGABYTES: &str = "MILLRACE_PACE_MB";
const REPORT: &str = "MILLRACE_PACE_REPORT";

/// The steps of one function.
pub struct Pace {
    /// A line of input, by its number.
    pub line: fn(u64) -> String,
    /// Reads one line as the function does and forgets it: what no function that parses can be faster than.
    pub parse: fn(&[u8]) -> bool,
    /// The whole function, on the object of this key, with a folder of buckets in the place of S3.
    pub work: fn(&Path, &str) -> Result<(), BoxError>,
}

impl Pace {
    /// Does what the variables say, and writes down how long it took.
    pub fn run(&self) -> Result<(), BoxError> {
        let (root, key) = (env::var(ROOT)?, env::var(OBJECT)?);
        let input = Path::new(&root).join("in").join(&key);
        let begun = Instant::now();
        match env::var(STEP)?.as_str() {
            "generate" => self.generate(&input, env::var(MEGABYTES)?.parse()?)?,
            "parse" => self.read(&input)?,
            "work" => (self.work)(Path::new(&root), &key)?,
            other => return Err(format!("there is no step '{other}'").into()),
        }
        let seconds = begun.elapsed().as_secs_f64();
        Ok(fs::write(env::var(REPORT)?, json!({ "seconds": seconds, "peak_mb": peak_mb()? }).to_string())?)
    }

    fn generate(&self, input: &Path, megabytes: u64) -> Result<(), BoxError> {
        input.parent().map_or(Ok(()), fs::create_dir_all)?;
        let (mut file, mut left) = (BufWriter::new(File::create(input)?), megabytes.saturating_mul(1_000_000));
        for number in 0.. {
            let line = (self.line)(number);
            writeln!(file, "{line}")?;
            left = left.saturating_sub(line.len() as u64 + 1);
            if left == 0 {
                break;
            }
        }
        Ok(file.flush()?)
    }

    fn read(&self, input: &Path) -> Result<(), BoxError> {
        let (mut file, mut line) = (BufReader::with_capacity(1 << 16, File::open(input)?), Vec::new());
        while file.read_until(b'\n', &mut line)? > 0 {
            if !(self.parse)(&line) {
                return Err(format!("it is no record: {}", String::from_utf8_lossy(&line)).into());
            }
            line.clear();
        }
        Ok(())
    }
}

/// The most memory that this process has had.
pub fn peak_mb() -> Result<Value, BoxError> {
    let status = fs::read_to_string("/proc/self/status")?;
    let kb =
        status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse::<f64>().ok());
    Ok(kb.map_or(Value::Null, |kb| json!(kb / 1_024.0)))
}
