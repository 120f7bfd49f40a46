//! Which ports are below which place.

use contract::rates::{PORTS, REGIONS};
use std::collections::HashMap;

use crate::{
    reference::{Entry, refuse},
    refusal::Refusal,
};

/// Regions within regions. It bounds how many rows a port makes.
const DEEPEST: usize = 32;

/// Of each port, by its place in the file, the places that it is below: itself first, and then outwards.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Closure(Vec<Vec<String>>);

impl Closure {
    /// Fails with the file that is at fault, if a parent is not there, or is below itself, or something is there twice.
    pub(crate) fn of(regions: &[Entry], ports: &[Entry]) -> Result<Self, Refusal> {
        let known = by_key(regions, "slug").map_err(|refusal| refusal.of(REGIONS.file))?;
        by_key(ports, "code").map_err(|refusal| refusal.of(PORTS.file))?;
        for region in regions {
            above(region, &known).map_err(|refusal| refusal.of(REGIONS.file))?;
        }
        let above = ports.iter().map(|port| above(port, &known)).collect::<Result<_, _>>();
        Ok(Self(above.map_err(|refusal| refusal.of(PORTS.file))?))
    }

    /// Places, and a port below each.
    pub(crate) fn pairs<'a>(&'a self, ports: &'a [Entry]) -> impl Iterator<Item = (&'a str, &'a str)> {
        let each = ports.iter().zip(&self.0);
        each.flat_map(|(port, places)| places.iter().map(|place| (place.as_str(), port.key.as_str())))
    }
}

fn by_key<'a>(entries: &'a [Entry], column: &str) -> Result<HashMap<&'a str, &'a Entry>, Refusal> {
    let mut known: HashMap<&str, &Entry> = HashMap::new();
    for entry in entries {
        if let Some(first) = known.insert(&entry.key, entry) {
            return Err(refuse(entry.line, format!("{column} {} is in line {} already", entry.key, first.line)));
        }
    }
    Ok(known)
}

/// An entry and all that it is below.
fn above(entry: &Entry, regions: &HashMap<&str, &Entry>) -> Result<Vec<String>, Refusal> {
    let (mut places, mut at) = (vec![entry.key.clone()], entry);
    while let Some(parent) = &at.parent {
        let Some(region) = regions.get(parent.as_str()) else {
            return Err(refuse(at.line, format!("the parent of {} is {parent}, which no region is", at.key)));
        };
        if let Some(first) = places.iter().position(|place| place == parent) {
            let circle = places[first..].join(" < ");
            return Err(refuse(region.line, format!("the region {parent} is below itself: {circle} < {parent}")));
        }
        if places.len() > DEEPEST {
            return Err(refuse(entry.line, format!("{} is below more than {DEEPEST} regions", entry.key)));
        }
        places.push(parent.clone());
        at = region;
    }
    Ok(places)
}
