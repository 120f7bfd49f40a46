//! The tables of the warehouse, and the files that feed them.
//!
//! Names of columns are those of the files' headers; both dialects fold them to small letters. Types are wide: a file is
//! loaded as a whole or not at all, and one portal's long text must not hold up an hour.

/// All tables are in it.
pub const SCHEMA: &str = "immobilienscout24_berlin";

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    Text,
    LongText,
    /// Rents, areas and counts alike: the portal writes the same number as `3` or `3.0`.
    Number,
    Truth,
    /// With its offset from UTC.
    Time,
}

impl Type {
    /// As both dialects call it.
    pub(crate) fn sql(self) -> &'static str {
        match self {
            Self::Text => "VARCHAR(1024)",
            Self::LongText => "VARCHAR(65535)",
            Self::Number => "NUMERIC(18, 4)",
            Self::Truth => "BOOLEAN",
            Self::Time => "TIMESTAMPTZ",
        }
    }
}

/// A column of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    pub name: &'static str,
    pub holds: Type,
}

const fn text(name: &'static str) -> Column {
    Column { name, holds: Type::Text }
}

const fn number(name: &'static str) -> Column {
    Column { name, holds: Type::Number }
}

const fn truth(name: &'static str) -> Column {
    Column { name, holds: Type::Truth }
}

const fn time(name: &'static str) -> Column {
    Column { name, holds: Type::Time }
}

/// A table that files are loaded into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    Flats,
    Address,
    Agency,
}

impl Target {
    pub const ALL: [Self; 3] = [Self::Flats, Self::Address, Self::Agency];

    pub fn table(self) -> &'static str {
        match self {
            Self::Flats => "flats",
            Self::Address => "address",
            Self::Agency => "agency",
        }
    }

    /// As the file has them, in its order. The first one tells listings apart.
    pub fn columns(self) -> &'static [Column] {
        match self {
            Self::Flats => &FLATS,
            Self::Address => &ADDRESS,
            Self::Agency => &AGENCY,
        }
    }
}

/// What has a third answer besides yes and no ("`NOT_APPLICABLE`", "`NEGOTIABLE`") is text, and so is what people write
/// freely: a deposit is "3 Kaltmieten", and a flat is free from "01.07.17" or "sofort".
const FLATS: [Column; 34] = [
    text("id"),
    time("publishDate"),
    text("realEstate_apartmentType"),
    truth("realEstate_assistedLiving"),
    truth("realEstate_balcony"),
    number("realEstate_baseRent"),
    truth("realEstate_builtInKitchen"),
    number("realEstate_calculatedTotalRent"),
    text("realEstate_calculatedTotalRentScope"),
    text("realEstate_cellar"),
    truth("realEstate_certificateOfEligibilityNeeded"),
    text("realEstate_condition"),
    number("realEstate_constructionYear"),
    text("realEstate_deposit"),
    Column { name: "realEstate_descriptionNote", holds: Type::LongText },
    number("realEstate_floor"),
    text("realEstate_freeFrom"),
    truth("realEstate_garden"),
    text("realEstate_guestToilet"),
    text("realEstate_handicappedAccessible"),
    number("realEstate_heatingCosts"),
    text("realEstate_heatingCostsInServiceCharge"),
    text("realEstate_heatingType"),
    text("realEstate_interiorQuality"),
    time("realEstate_lastModificationDate"),
    number("realEstate_lastRefurbishment"),
    truth("realEstate_lift"),
    number("realEstate_livingSpace"),
    number("realEstate_numberOfFloors"),
    number("realEstate_numberOfRooms"),
    text("realEstate_petsAllowed"),
    number("realEstate_serviceCharge"),
    text("realEstate_state"),
    number("realEstate_totalRent"),
];

const ADDRESS: [Column; 7] = [
    text("id"),
    text("realEstate_address_city"),
    text("realEstate_address_geoHierarchy_city_name"),
    text("realEstate_address_geoHierarchy_country_name"),
    text("realEstate_address_geoHierarchy_quarter_name"),
    text("realEstate_address_geoHierarchy_region_name"),
    text("realEstate_address_postcode"),
];

/// Telephone numbers are no numbers: they begin with zeros.
const AGENCY: [Column; 11] = [
    text("id"),
    text("contactDetails_company"),
    text("contactDetails_email"),
    text("contactDetails_firstname"),
    text("contactDetails_lastname"),
    text("contactDetails_cellPhoneNumber"),
    text("contactDetails_cellPhoneNumberAreaCode"),
    text("contactDetails_cellPhoneNumberCountryCode"),
    text("contactDetails_phoneNumber"),
    text("contactDetails_phoneNumberAreaCode"),
    text("contactDetails_phoneNumberCountryCode"),
];

/// What makes a city, in the order in which its key is made of it.
pub(crate) const CITY: [&str; 3] = [
    "realEstate_address_geoHierarchy_country_name",
    "realEstate_address_geoHierarchy_region_name",
    "realEstate_address_geoHierarchy_city_name",
];
