//! Files as `transform` writes them. Names and numbers are made up.

use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use std::{error::Error, io::Write};
use warehouse::{Source, Target};

/// A file that comes in pieces.
pub(crate) struct Pieces(Vec<Bytes>);

impl Pieces {
    pub(crate) fn of(packed: &[u8], size: usize) -> Self {
        Self(packed.chunks(size).rev().map(Bytes::copy_from_slice).collect())
    }
}

impl Source for Pieces {
    async fn next(&mut self) -> Result<Option<Bytes>, Box<dyn Error + Send + Sync>> {
        Ok(self.0.pop())
    }
}

pub(crate) fn packed(text: &str) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(text.as_bytes()).unwrap();
    gzip.finish().unwrap()
}

/// The file of these listings, each of which says some of its columns.
pub(crate) fn sheet(target: Target, listings: &[&[(&str, &str)]]) -> String {
    let names: Vec<&str> = target.columns().iter().map(|column| column.name).collect();
    let mut text = format!("{}\n", names.join(","));
    for listing in listings {
        for (name, _) in *listing {
            assert!(names.contains(name), "{name} is no column");
        }
        let value = |name: &&str| listing.iter().find(|(key, _)| key == name).map_or("", |(_, value)| *value);
        let values: Vec<String> = names.iter().map(|name| quoted(value(name))).collect();
        text.push_str(&values.join(","));
        text.push('\n');
    }
    text
}

fn quoted(value: &str) -> String {
    if value.contains([',', '"', '\n']) { format!("\"{}\"", value.replace('"', "\"\"")) } else { value.to_owned() }
}

/// A listing with the values that are hard to load.
pub(crate) const FLAT: &[(&str, &str)] = &[
    ("id", "56906504"),
    ("publishDate", "2017-07-14T16:20:06.000+02:00"),
    ("realEstate_assistedLiving", "false"),
    ("realEstate_balcony", "true"),
    ("realEstate_baseRent", "1250.5"),
    ("realEstate_calculatedTotalRent", "1400"),
    ("realEstate_cellar", "true"),
    ("realEstate_constructionYear", "1904.0"),
    ("realEstate_deposit", "3 Kaltmieten"),
    ("realEstate_descriptionNote", "Schöne \"Altbau\"-Wohnung,\nzentral"),
    ("realEstate_freeFrom", "01.07.17"),
    ("realEstate_lastModificationDate", "2017-07-14T16:20:06.000+02:00"),
    ("realEstate_numberOfRooms", "2.5"),
    ("realEstate_petsAllowed", "NEGOTIABLE"),
];

pub(crate) const ADDRESS: &[(&str, &str)] = &[
    ("id", "56906504"),
    ("realEstate_address_city", "Berlin"),
    ("realEstate_address_geoHierarchy_city_name", "Berlin"),
    ("realEstate_address_geoHierarchy_country_name", "Deutschland"),
    ("realEstate_address_geoHierarchy_quarter_name", "Mitte (Mitte)"),
    ("realEstate_address_geoHierarchy_region_name", "Berlin"),
    ("realEstate_address_postcode", "01099"),
];

pub(crate) const AGENCY: &[(&str, &str)] = &[
    ("id", "56906504"),
    ("contactDetails_company", "Muster & Söhne, Immobilien"),
    ("contactDetails_email", "erika@example.org"),
    ("contactDetails_phoneNumberAreaCode", "030"),
];
