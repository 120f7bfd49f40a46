//! The price table: dated, by region, each price with its unit and the page that says it.

use serde::Deserialize;
use std::collections::BTreeMap;

/// As it ships.
const SHIPPED: &str = include_str!("../prices.yaml");

/// A region that the table knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PricedRegion {
    EuWest1,
    UsEast1,
}

impl PricedRegion {
    pub const ALL: [Self; 2] = [Self::EuWest1, Self::UsEast1];

    pub const fn name(self) -> &'static str {
        match self {
            Self::EuWest1 => "eu-west-1",
            Self::UsEast1 => "us-east-1",
        }
    }

    /// `None` where there are no prices: those of another region would be wrong by a fifth, and nobody would see it.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|region| region.name() == name)
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prices {
    pub date: String,
    pub pages: BTreeMap<String, String>,
    pub prices: BTreeMap<String, Price>,
}

/// What so many of a unit cost.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// Which of [`Prices::pages`] says so.
    pub page: String,
    pub unit: String,
    #[serde(default = "one")]
    pub per: f64,
    #[serde(rename = "eu-west-1")]
    eu_west_1: f64,
    #[serde(rename = "us-east-1")]
    us_east_1: f64,
}

fn one() -> f64 {
    1.0
}

impl Price {
    /// Dollars for one of the unit.
    pub fn of_one(&self, region: PricedRegion) -> f64 {
        let price = match region {
            PricedRegion::EuWest1 => self.eu_west_1,
            PricedRegion::UsEast1 => self.us_east_1,
        };
        price / self.per
    }
}

impl Prices {
    pub fn shipped() -> Self {
        serde_saphyr::from_str(SHIPPED).unwrap_or_else(|error| unreachable!("a test reads the table: {error}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_price_is_one_and_has_its_page() {
        let table = Prices::shipped();
        for (name, price) in &table.prices {
            assert!(table.pages.contains_key(&price.page), "{name}: {}", price.page);
            for region in PricedRegion::ALL {
                let dollars = price.of_one(region);
                assert!(dollars > 0.0 && dollars < 100.0, "{name}: {dollars}");
            }
            // Two regions of one service are never far apart: a misplaced point would be.
            let ratio = price.eu_west_1 / price.us_east_1;
            assert!((0.8..1.35).contains(&ratio), "{name}: {ratio}");
        }
        for page in table.pages.keys() {
            assert!(table.prices.values().any(|price| price.page == *page), "no price is of {page}");
        }
        assert_eq!(table.date.len(), "2026-11-22".len());
    }

    #[test]
    fn a_region_without_prices_is_none() {
        assert_eq!(PricedRegion::named("us-east-1"), Some(PricedRegion::UsEast1));
        assert_eq!(PricedRegion::named("eu-central-1"), None);
    }
}
