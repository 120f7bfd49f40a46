//! What the flats pipeline agrees on: where files lie, and which columns they have, for the function that writes them
//! and for the one that loads them.

/// Of the bucket that listings arrive in.
pub const SOURCE: &str = "flats/";
/// Of the bucket that the files for the warehouse go to; below it they stand by `YYYY-MM-DD/HH/<batch>/`.
pub const CLEAN: &str = "flats/clean/";
pub const REJECTED: &str = "flats/rejected/";

/// The column that tells one listing from another, the first of each sheet.
pub const ID: &str = "id";

/// One of the files of a batch, and the table that it is loaded into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sheet {
    pub table: &'static str,
    pub file: &'static str,
    /// As they stand in the header, which is also how the keys of a listing are called.
    pub columns: &'static [&'static str],
}

/// In the order in which they are written.
pub const SHEETS: [Sheet; 3] = [
    Sheet { table: "flats", file: "flats.csv.gz", columns: &FLATS },
    Sheet { table: "address", file: "address.csv.gz", columns: &ADDRESS },
    Sheet { table: "agency", file: "agency.csv.gz", columns: &AGENCY },
];

/// What is asked for, and for how much.
pub const FLATS: [&str; 34] = [
    "id",
    "publishDate",
    "realEstate_apartmentType",
    "realEstate_assistedLiving",
    "realEstate_balcony",
    "realEstate_baseRent",
    "realEstate_builtInKitchen",
    "realEstate_calculatedTotalRent",
    "realEstate_calculatedTotalRentScope",
    "realEstate_cellar",
    "realEstate_certificateOfEligibilityNeeded",
    "realEstate_condition",
    "realEstate_constructionYear",
    "realEstate_deposit",
    "realEstate_descriptionNote",
    "realEstate_floor",
    "realEstate_freeFrom",
    "realEstate_garden",
    "realEstate_guestToilet",
    "realEstate_handicappedAccessible",
    "realEstate_heatingCosts",
    "realEstate_heatingCostsInServiceCharge",
    "realEstate_heatingType",
    "realEstate_interiorQuality",
    "realEstate_lastModificationDate",
    "realEstate_lastRefurbishment",
    "realEstate_lift",
    "realEstate_livingSpace",
    "realEstate_numberOfFloors",
    "realEstate_numberOfRooms",
    "realEstate_petsAllowed",
    "realEstate_serviceCharge",
    "realEstate_state",
    "realEstate_totalRent",
];

/// Where it is.
pub const ADDRESS: [&str; 7] = [
    "id",
    "realEstate_address_city",
    "realEstate_address_geoHierarchy_city_name",
    "realEstate_address_geoHierarchy_country_name",
    "realEstate_address_geoHierarchy_quarter_name",
    "realEstate_address_geoHierarchy_region_name",
    "realEstate_address_postcode",
];

/// Whom to ask.
pub const AGENCY: [&str; 11] = [
    "id",
    "contactDetails_company",
    "contactDetails_email",
    "contactDetails_firstname",
    "contactDetails_lastname",
    "contactDetails_cellPhoneNumber",
    "contactDetails_cellPhoneNumberAreaCode",
    "contactDetails_cellPhoneNumberCountryCode",
    "contactDetails_phoneNumber",
    "contactDetails_phoneNumberAreaCode",
    "contactDetails_phoneNumberCountryCode",
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_sheet_begins_with_the_id_and_names_a_column_once() {
        for sheet in SHEETS {
            assert_eq!(sheet.columns.first(), Some(&ID));
            assert_eq!(sheet.columns.iter().collect::<BTreeSet<_>>().len(), sheet.columns.len(), "{}", sheet.table);
            assert_eq!(sheet.file, format!("{}.csv.gz", sheet.table));
        }
    }
}
