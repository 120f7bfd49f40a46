---- create
-- creating the tables
CREATE SCHEMA IF NOT EXISTS immobilienscout24_berlin;
-- creating the tables
CREATE TABLE IF NOT EXISTS immobilienscout24_berlin.loads (load_id VARCHAR(64) NOT NULL PRIMARY KEY, object VARCHAR(4096) NOT NULL, version VARCHAR(2048) NOT NULL, target VARCHAR(64) NOT NULL, row_count BIGINT NOT NULL, loaded_at TIMESTAMPTZ NOT NULL);
-- creating the tables
CREATE TABLE IF NOT EXISTS immobilienscout24_berlin.city (city_id VARCHAR(32) NOT NULL PRIMARY KEY, realEstate_address_geoHierarchy_country_name VARCHAR(1024), realEstate_address_geoHierarchy_region_name VARCHAR(1024), realEstate_address_geoHierarchy_city_name VARCHAR(1024));
-- creating the tables
CREATE TABLE IF NOT EXISTS immobilienscout24_berlin.flats (id VARCHAR(1024) NOT NULL, publishDate TIMESTAMPTZ, realEstate_apartmentType VARCHAR(1024), realEstate_assistedLiving BOOLEAN, realEstate_balcony BOOLEAN, realEstate_baseRent NUMERIC(18, 4), realEstate_builtInKitchen BOOLEAN, realEstate_calculatedTotalRent NUMERIC(18, 4), realEstate_calculatedTotalRentScope VARCHAR(1024), realEstate_cellar VARCHAR(1024), realEstate_certificateOfEligibilityNeeded BOOLEAN, realEstate_condition VARCHAR(1024), realEstate_constructionYear NUMERIC(18, 4), realEstate_deposit VARCHAR(1024), realEstate_descriptionNote VARCHAR(65535), realEstate_floor NUMERIC(18, 4), realEstate_freeFrom VARCHAR(1024), realEstate_garden BOOLEAN, realEstate_guestToilet VARCHAR(1024), realEstate_handicappedAccessible VARCHAR(1024), realEstate_heatingCosts NUMERIC(18, 4), realEstate_heatingCostsInServiceCharge VARCHAR(1024), realEstate_heatingType VARCHAR(1024), realEstate_interiorQuality VARCHAR(1024), realEstate_lastModificationDate TIMESTAMPTZ, realEstate_lastRefurbishment NUMERIC(18, 4), realEstate_lift BOOLEAN, realEstate_livingSpace NUMERIC(18, 4), realEstate_numberOfFloors NUMERIC(18, 4), realEstate_numberOfRooms NUMERIC(18, 4), realEstate_petsAllowed VARCHAR(1024), realEstate_serviceCharge NUMERIC(18, 4), realEstate_state VARCHAR(1024), realEstate_totalRent NUMERIC(18, 4), loaded_version VARCHAR(128) NOT NULL, PRIMARY KEY (id));
-- creating the tables
CREATE TABLE IF NOT EXISTS immobilienscout24_berlin.address (id VARCHAR(1024) NOT NULL, realEstate_address_city VARCHAR(1024), realEstate_address_geoHierarchy_quarter_name VARCHAR(1024), realEstate_address_postcode VARCHAR(1024), city_id VARCHAR(32) REFERENCES immobilienscout24_berlin.city (city_id), loaded_version VARCHAR(128) NOT NULL, PRIMARY KEY (id));
-- creating the tables
CREATE TABLE IF NOT EXISTS immobilienscout24_berlin.agency (id VARCHAR(1024) NOT NULL, contactDetails_company VARCHAR(1024), contactDetails_email VARCHAR(1024), contactDetails_firstname VARCHAR(1024), contactDetails_lastname VARCHAR(1024), contactDetails_cellPhoneNumber VARCHAR(1024), contactDetails_cellPhoneNumberAreaCode VARCHAR(1024), contactDetails_cellPhoneNumberCountryCode VARCHAR(1024), contactDetails_phoneNumber VARCHAR(1024), contactDetails_phoneNumberAreaCode VARCHAR(1024), contactDetails_phoneNumberCountryCode VARCHAR(1024), loaded_version VARCHAR(128) NOT NULL, PRIMARY KEY (id));

---- lock
-- waiting for other loads
LOCK immobilienscout24_berlin.loads;

---- flats
-- making the staging table
CREATE TEMP TABLE flats_staging (id VARCHAR(1024) NOT NULL, publishDate TIMESTAMPTZ, realEstate_apartmentType VARCHAR(1024), realEstate_assistedLiving BOOLEAN, realEstate_balcony BOOLEAN, realEstate_baseRent NUMERIC(18, 4), realEstate_builtInKitchen BOOLEAN, realEstate_calculatedTotalRent NUMERIC(18, 4), realEstate_calculatedTotalRentScope VARCHAR(1024), realEstate_cellar VARCHAR(1024), realEstate_certificateOfEligibilityNeeded BOOLEAN, realEstate_condition VARCHAR(1024), realEstate_constructionYear NUMERIC(18, 4), realEstate_deposit VARCHAR(1024), realEstate_descriptionNote VARCHAR(65535), realEstate_floor NUMERIC(18, 4), realEstate_freeFrom VARCHAR(1024), realEstate_garden BOOLEAN, realEstate_guestToilet VARCHAR(1024), realEstate_handicappedAccessible VARCHAR(1024), realEstate_heatingCosts NUMERIC(18, 4), realEstate_heatingCostsInServiceCharge VARCHAR(1024), realEstate_heatingType VARCHAR(1024), realEstate_interiorQuality VARCHAR(1024), realEstate_lastModificationDate TIMESTAMPTZ, realEstate_lastRefurbishment NUMERIC(18, 4), realEstate_lift BOOLEAN, realEstate_livingSpace NUMERIC(18, 4), realEstate_numberOfFloors NUMERIC(18, 4), realEstate_numberOfRooms NUMERIC(18, 4), realEstate_petsAllowed VARCHAR(1024), realEstate_serviceCharge NUMERIC(18, 4), realEstate_state VARCHAR(1024), realEstate_totalRent NUMERIC(18, 4));
-- copying the file
COPY flats_staging (id, publishDate, realEstate_apartmentType, realEstate_assistedLiving, realEstate_balcony, realEstate_baseRent, realEstate_builtInKitchen, realEstate_calculatedTotalRent, realEstate_calculatedTotalRentScope, realEstate_cellar, realEstate_certificateOfEligibilityNeeded, realEstate_condition, realEstate_constructionYear, realEstate_deposit, realEstate_descriptionNote, realEstate_floor, realEstate_freeFrom, realEstate_garden, realEstate_guestToilet, realEstate_handicappedAccessible, realEstate_heatingCosts, realEstate_heatingCostsInServiceCharge, realEstate_heatingType, realEstate_interiorQuality, realEstate_lastModificationDate, realEstate_lastRefurbishment, realEstate_lift, realEstate_livingSpace, realEstate_numberOfFloors, realEstate_numberOfRooms, realEstate_petsAllowed, realEstate_serviceCharge, realEstate_state, realEstate_totalRent)
FROM 's3://curated/flats/clean/2017-07-14/16/batch/flats.csv.gz' IAM_ROLE 'arn:aws:iam::123456789012:role/millrace-dev-copy'
FORMAT AS CSV DELIMITER ',' GZIP IGNOREHEADER 1 TIMEFORMAT 'auto' EMPTYASNULL COMPUPDATE OFF STATUPDATE OFF;
-- looking whether it was loaded before
DELETE FROM flats_staging WHERE (SELECT COUNT(*) FROM immobilienscout24_berlin.loads WHERE load_id = 'b2f5d93c34c5bd353ff9ec2cc97f9370') > 0;
-- merging the listings
CREATE TEMP TABLE flats_latest AS
SELECT * FROM (
SELECT id, publishDate, realEstate_apartmentType, realEstate_assistedLiving, realEstate_balcony, realEstate_baseRent, realEstate_builtInKitchen, realEstate_calculatedTotalRent, realEstate_calculatedTotalRentScope, realEstate_cellar, realEstate_certificateOfEligibilityNeeded, realEstate_condition, realEstate_constructionYear, realEstate_deposit, realEstate_descriptionNote, realEstate_floor, realEstate_freeFrom, realEstate_garden, realEstate_guestToilet, realEstate_handicappedAccessible, realEstate_heatingCosts, realEstate_heatingCostsInServiceCharge, realEstate_heatingType, realEstate_interiorQuality, realEstate_lastModificationDate, realEstate_lastRefurbishment, realEstate_lift, realEstate_livingSpace, realEstate_numberOfFloors, realEstate_numberOfRooms, realEstate_petsAllowed, realEstate_serviceCharge, realEstate_state, realEstate_totalRent, COALESCE(TO_CHAR(COALESCE(realEstate_lastModificationDate, publishDate) AT TIME ZONE 'UTC', 'YYYYMMDDHH24MISSMS'), '00000000000000000') || ' 2017071416 b2f5d93c34c5bd353ff9ec2cc97f9370' AS loaded_version, ROW_NUMBER() OVER (
PARTITION BY id ORDER BY COALESCE(TO_CHAR(COALESCE(realEstate_lastModificationDate, publishDate) AT TIME ZONE 'UTC', 'YYYYMMDDHH24MISSMS'), '00000000000000000') || ' 2017071416 b2f5d93c34c5bd353ff9ec2cc97f9370' DESC, publishDate, realEstate_apartmentType, realEstate_assistedLiving, realEstate_balcony, realEstate_baseRent, realEstate_builtInKitchen, realEstate_calculatedTotalRent, realEstate_calculatedTotalRentScope, realEstate_cellar, realEstate_certificateOfEligibilityNeeded, realEstate_condition, realEstate_constructionYear, realEstate_deposit, realEstate_descriptionNote, realEstate_floor, realEstate_freeFrom, realEstate_garden, realEstate_guestToilet, realEstate_handicappedAccessible, realEstate_heatingCosts, realEstate_heatingCostsInServiceCharge, realEstate_heatingType, realEstate_interiorQuality, realEstate_lastModificationDate, realEstate_lastRefurbishment, realEstate_lift, realEstate_livingSpace, realEstate_numberOfFloors, realEstate_numberOfRooms, realEstate_petsAllowed, realEstate_serviceCharge, realEstate_state, realEstate_totalRent) AS place
FROM flats_staging) AS ranked
WHERE place = 1;
-- merging the listings
DELETE FROM flats_latest WHERE id IN (
SELECT fresh.id FROM flats_latest AS fresh JOIN immobilienscout24_berlin.flats AS known ON known.id = fresh.id
WHERE known.loaded_version >= fresh.loaded_version);
-- merging the listings
DELETE FROM immobilienscout24_berlin.flats WHERE id IN (SELECT id FROM flats_latest);
-- merging the listings
INSERT INTO immobilienscout24_berlin.flats (id, publishDate, realEstate_apartmentType, realEstate_assistedLiving, realEstate_balcony, realEstate_baseRent, realEstate_builtInKitchen, realEstate_calculatedTotalRent, realEstate_calculatedTotalRentScope, realEstate_cellar, realEstate_certificateOfEligibilityNeeded, realEstate_condition, realEstate_constructionYear, realEstate_deposit, realEstate_descriptionNote, realEstate_floor, realEstate_freeFrom, realEstate_garden, realEstate_guestToilet, realEstate_handicappedAccessible, realEstate_heatingCosts, realEstate_heatingCostsInServiceCharge, realEstate_heatingType, realEstate_interiorQuality, realEstate_lastModificationDate, realEstate_lastRefurbishment, realEstate_lift, realEstate_livingSpace, realEstate_numberOfFloors, realEstate_numberOfRooms, realEstate_petsAllowed, realEstate_serviceCharge, realEstate_state, realEstate_totalRent, loaded_version)
SELECT id, publishDate, realEstate_apartmentType, realEstate_assistedLiving, realEstate_balcony, realEstate_baseRent, realEstate_builtInKitchen, realEstate_calculatedTotalRent, realEstate_calculatedTotalRentScope, realEstate_cellar, realEstate_certificateOfEligibilityNeeded, realEstate_condition, realEstate_constructionYear, realEstate_deposit, realEstate_descriptionNote, realEstate_floor, realEstate_freeFrom, realEstate_garden, realEstate_guestToilet, realEstate_handicappedAccessible, realEstate_heatingCosts, realEstate_heatingCostsInServiceCharge, realEstate_heatingType, realEstate_interiorQuality, realEstate_lastModificationDate, realEstate_lastRefurbishment, realEstate_lift, realEstate_livingSpace, realEstate_numberOfFloors, realEstate_numberOfRooms, realEstate_petsAllowed, realEstate_serviceCharge, realEstate_state, realEstate_totalRent, loaded_version FROM flats_latest;
-- counting the listings
SELECT 1 / CASE WHEN there.listings = file.listings THEN 1 ELSE 0 END AS each_listing_is_there_once
FROM (SELECT COUNT(*) AS listings FROM immobilienscout24_berlin.flats WHERE id IN (SELECT id FROM flats_staging)) AS there
CROSS JOIN (SELECT COUNT(DISTINCT id) AS listings FROM flats_staging) AS file;
-- recording the load
INSERT INTO immobilienscout24_berlin.loads (load_id, object, version, target, row_count, loaded_at)
SELECT 'b2f5d93c34c5bd353ff9ec2cc97f9370', 's3://curated/flats/clean/2017-07-14/16/batch/flats.csv.gz', 'v1', 'flats', staged.row_count, CAST('2017-07-14T15:00:00Z' AS TIMESTAMPTZ)
FROM (SELECT COUNT(*) AS row_count FROM flats_staging) AS staged
LEFT JOIN immobilienscout24_berlin.loads AS known ON known.load_id = 'b2f5d93c34c5bd353ff9ec2cc97f9370'
WHERE known.load_id IS NULL;
-- clearing up
DROP TABLE flats_latest, flats_staging;

---- rows
-- reading the record of the load
SELECT row_count FROM immobilienscout24_berlin.loads WHERE load_id = 'b2f5d93c34c5bd353ff9ec2cc97f9370';

---- address
-- making the staging table
CREATE TEMP TABLE address_staging (id VARCHAR(1024) NOT NULL, realEstate_address_city VARCHAR(1024), realEstate_address_geoHierarchy_city_name VARCHAR(1024), realEstate_address_geoHierarchy_country_name VARCHAR(1024), realEstate_address_geoHierarchy_quarter_name VARCHAR(1024), realEstate_address_geoHierarchy_region_name VARCHAR(1024), realEstate_address_postcode VARCHAR(1024));
-- copying the file
COPY address_staging (id, realEstate_address_city, realEstate_address_geoHierarchy_city_name, realEstate_address_geoHierarchy_country_name, realEstate_address_geoHierarchy_quarter_name, realEstate_address_geoHierarchy_region_name, realEstate_address_postcode)
FROM 's3://curated/flats/clean/2017-07-14/16/batch/address.csv.gz' IAM_ROLE 'arn:aws:iam::123456789012:role/millrace-dev-copy'
FORMAT AS CSV DELIMITER ',' GZIP IGNOREHEADER 1 TIMEFORMAT 'auto' EMPTYASNULL COMPUPDATE OFF STATUPDATE OFF;
-- looking whether it was loaded before
DELETE FROM address_staging WHERE (SELECT COUNT(*) FROM immobilienscout24_berlin.loads WHERE load_id = 'b78cf90b580b5391c1edd276f0541fbf') > 0;
-- merging the listings
CREATE TEMP TABLE address_latest AS
SELECT * FROM (
SELECT id, realEstate_address_city, realEstate_address_geoHierarchy_city_name, realEstate_address_geoHierarchy_country_name, realEstate_address_geoHierarchy_quarter_name, realEstate_address_geoHierarchy_region_name, realEstate_address_postcode, CASE WHEN COALESCE(realEstate_address_geoHierarchy_country_name, realEstate_address_geoHierarchy_region_name, realEstate_address_geoHierarchy_city_name) IS NOT NULL THEN MD5(COALESCE(realEstate_address_geoHierarchy_country_name, '') || CHR(31) || COALESCE(realEstate_address_geoHierarchy_region_name, '') || CHR(31) || COALESCE(realEstate_address_geoHierarchy_city_name, '')) END AS city_id, CAST('2017071416 b78cf90b580b5391c1edd276f0541fbf' AS VARCHAR(128)) AS loaded_version, ROW_NUMBER() OVER (
PARTITION BY id ORDER BY CAST('2017071416 b78cf90b580b5391c1edd276f0541fbf' AS VARCHAR(128)) DESC, realEstate_address_city, realEstate_address_geoHierarchy_city_name, realEstate_address_geoHierarchy_country_name, realEstate_address_geoHierarchy_quarter_name, realEstate_address_geoHierarchy_region_name, realEstate_address_postcode) AS place
FROM address_staging) AS ranked
WHERE place = 1;
-- merging the listings
DELETE FROM address_latest WHERE id IN (
SELECT fresh.id FROM address_latest AS fresh JOIN immobilienscout24_berlin.address AS known ON known.id = fresh.id
WHERE known.loaded_version >= fresh.loaded_version);
-- merging the listings
INSERT INTO immobilienscout24_berlin.city (city_id, realEstate_address_geoHierarchy_country_name, realEstate_address_geoHierarchy_region_name, realEstate_address_geoHierarchy_city_name)
SELECT DISTINCT fresh.city_id, fresh.realEstate_address_geoHierarchy_country_name, fresh.realEstate_address_geoHierarchy_region_name, fresh.realEstate_address_geoHierarchy_city_name FROM address_latest AS fresh
LEFT JOIN immobilienscout24_berlin.city AS known ON known.city_id = fresh.city_id
WHERE fresh.city_id IS NOT NULL AND known.city_id IS NULL;
-- merging the listings
DELETE FROM immobilienscout24_berlin.address WHERE id IN (SELECT id FROM address_latest);
-- merging the listings
INSERT INTO immobilienscout24_berlin.address (id, realEstate_address_city, realEstate_address_geoHierarchy_quarter_name, realEstate_address_postcode, city_id, loaded_version)
SELECT id, realEstate_address_city, realEstate_address_geoHierarchy_quarter_name, realEstate_address_postcode, city_id, loaded_version FROM address_latest;
-- counting the listings
SELECT 1 / CASE WHEN there.listings = file.listings THEN 1 ELSE 0 END AS each_listing_is_there_once
FROM (SELECT COUNT(*) AS listings FROM immobilienscout24_berlin.address WHERE id IN (SELECT id FROM address_staging)) AS there
CROSS JOIN (SELECT COUNT(DISTINCT id) AS listings FROM address_staging) AS file;
-- recording the load
INSERT INTO immobilienscout24_berlin.loads (load_id, object, version, target, row_count, loaded_at)
SELECT 'b78cf90b580b5391c1edd276f0541fbf', 's3://curated/flats/clean/2017-07-14/16/batch/address.csv.gz', 'v1', 'address', staged.row_count, CAST('2017-07-14T15:00:00Z' AS TIMESTAMPTZ)
FROM (SELECT COUNT(*) AS row_count FROM address_staging) AS staged
LEFT JOIN immobilienscout24_berlin.loads AS known ON known.load_id = 'b78cf90b580b5391c1edd276f0541fbf'
WHERE known.load_id IS NULL;
-- clearing up
DROP TABLE address_latest, address_staging;

---- rows
-- reading the record of the load
SELECT row_count FROM immobilienscout24_berlin.loads WHERE load_id = 'b78cf90b580b5391c1edd276f0541fbf';

---- agency
-- making the staging table
CREATE TEMP TABLE agency_staging (id VARCHAR(1024) NOT NULL, contactDetails_company VARCHAR(1024), contactDetails_email VARCHAR(1024), contactDetails_firstname VARCHAR(1024), contactDetails_lastname VARCHAR(1024), contactDetails_cellPhoneNumber VARCHAR(1024), contactDetails_cellPhoneNumberAreaCode VARCHAR(1024), contactDetails_cellPhoneNumberCountryCode VARCHAR(1024), contactDetails_phoneNumber VARCHAR(1024), contactDetails_phoneNumberAreaCode VARCHAR(1024), contactDetails_phoneNumberCountryCode VARCHAR(1024));
-- copying the file
COPY agency_staging (id, contactDetails_company, contactDetails_email, contactDetails_firstname, contactDetails_lastname, contactDetails_cellPhoneNumber, contactDetails_cellPhoneNumberAreaCode, contactDetails_cellPhoneNumberCountryCode, contactDetails_phoneNumber, contactDetails_phoneNumberAreaCode, contactDetails_phoneNumberCountryCode)
FROM 's3://curated/flats/clean/2017-07-14/16/batch/agency.csv.gz' IAM_ROLE 'arn:aws:iam::123456789012:role/millrace-dev-copy'
FORMAT AS CSV DELIMITER ',' GZIP IGNOREHEADER 1 TIMEFORMAT 'auto' EMPTYASNULL COMPUPDATE OFF STATUPDATE OFF;
-- looking whether it was loaded before
DELETE FROM agency_staging WHERE (SELECT COUNT(*) FROM immobilienscout24_berlin.loads WHERE load_id = 'dcab81c3a7d4e15a11239622953b5cfb') > 0;
-- merging the listings
CREATE TEMP TABLE agency_latest AS
SELECT * FROM (
SELECT id, contactDetails_company, contactDetails_email, contactDetails_firstname, contactDetails_lastname, contactDetails_cellPhoneNumber, contactDetails_cellPhoneNumberAreaCode, contactDetails_cellPhoneNumberCountryCode, contactDetails_phoneNumber, contactDetails_phoneNumberAreaCode, contactDetails_phoneNumberCountryCode, CAST('2017071416 dcab81c3a7d4e15a11239622953b5cfb' AS VARCHAR(128)) AS loaded_version, ROW_NUMBER() OVER (
PARTITION BY id ORDER BY CAST('2017071416 dcab81c3a7d4e15a11239622953b5cfb' AS VARCHAR(128)) DESC, contactDetails_company, contactDetails_email, contactDetails_firstname, contactDetails_lastname, contactDetails_cellPhoneNumber, contactDetails_cellPhoneNumberAreaCode, contactDetails_cellPhoneNumberCountryCode, contactDetails_phoneNumber, contactDetails_phoneNumberAreaCode, contactDetails_phoneNumberCountryCode) AS place
FROM agency_staging) AS ranked
WHERE place = 1;
-- merging the listings
DELETE FROM agency_latest WHERE id IN (
SELECT fresh.id FROM agency_latest AS fresh JOIN immobilienscout24_berlin.agency AS known ON known.id = fresh.id
WHERE known.loaded_version >= fresh.loaded_version);
-- merging the listings
DELETE FROM immobilienscout24_berlin.agency WHERE id IN (SELECT id FROM agency_latest);
-- merging the listings
INSERT INTO immobilienscout24_berlin.agency (id, contactDetails_company, contactDetails_email, contactDetails_firstname, contactDetails_lastname, contactDetails_cellPhoneNumber, contactDetails_cellPhoneNumberAreaCode, contactDetails_cellPhoneNumberCountryCode, contactDetails_phoneNumber, contactDetails_phoneNumberAreaCode, contactDetails_phoneNumberCountryCode, loaded_version)
SELECT id, contactDetails_company, contactDetails_email, contactDetails_firstname, contactDetails_lastname, contactDetails_cellPhoneNumber, contactDetails_cellPhoneNumberAreaCode, contactDetails_cellPhoneNumberCountryCode, contactDetails_phoneNumber, contactDetails_phoneNumberAreaCode, contactDetails_phoneNumberCountryCode, loaded_version FROM agency_latest;
-- counting the listings
SELECT 1 / CASE WHEN there.listings = file.listings THEN 1 ELSE 0 END AS each_listing_is_there_once
FROM (SELECT COUNT(*) AS listings FROM immobilienscout24_berlin.agency WHERE id IN (SELECT id FROM agency_staging)) AS there
CROSS JOIN (SELECT COUNT(DISTINCT id) AS listings FROM agency_staging) AS file;
-- recording the load
INSERT INTO immobilienscout24_berlin.loads (load_id, object, version, target, row_count, loaded_at)
SELECT 'dcab81c3a7d4e15a11239622953b5cfb', 's3://curated/flats/clean/2017-07-14/16/batch/agency.csv.gz', 'v1', 'agency', staged.row_count, CAST('2017-07-14T15:00:00Z' AS TIMESTAMPTZ)
FROM (SELECT COUNT(*) AS row_count FROM agency_staging) AS staged
LEFT JOIN immobilienscout24_berlin.loads AS known ON known.load_id = 'dcab81c3a7d4e15a11239622953b5cfb'
WHERE known.load_id IS NULL;
-- clearing up
DROP TABLE agency_latest, agency_staging;

---- rows
-- reading the record of the load
SELECT row_count FROM immobilienscout24_berlin.loads WHERE load_id = 'dcab81c3a7d4e15a11239622953b5cfb';

