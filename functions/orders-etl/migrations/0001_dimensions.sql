-- The dimensions may be there already: pipelines of a database share them, and somebody else may keep them. So each is
-- looked for first, which asks for no right to create anything.
DO $$
BEGIN
    IF to_regnamespace('if_common') IS NULL THEN
        CREATE SCHEMA if_common;
    END IF;
    IF to_regclass('if_common.dim_dates') IS NULL THEN
        CREATE TABLE if_common.dim_dates (
            calendar_dt DATE PRIMARY KEY,
            year_num INTEGER NOT NULL,
            month_of_the_year_num INTEGER NOT NULL,
            day_of_the_month_num INTEGER NOT NULL,
            day_of_the_week_num INTEGER NOT NULL,
            working_day BOOLEAN NOT NULL
        );
    END IF;
    IF to_regclass('if_common.dim_products') IS NULL THEN
        CREATE TABLE if_common.dim_products (
            product_id TEXT PRIMARY KEY,
            product_category TEXT,
            product_name TEXT
        );
    END IF;
    IF to_regclass('if_common.dim_customers') IS NULL THEN
        CREATE TABLE if_common.dim_customers (
            customer_id TEXT PRIMARY KEY,
            customer_name TEXT,
            postal_code TEXT
        );
    END IF;
    IF to_regclass('if_common.dim_addresses') IS NULL THEN
        CREATE TABLE if_common.dim_addresses (
            postal_code TEXT PRIMARY KEY,
            country TEXT,
            region TEXT,
            state TEXT,
            address TEXT
        );
    END IF;
END $$;
