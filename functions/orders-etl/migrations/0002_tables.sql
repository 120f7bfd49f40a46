-- What is staged is made anew every day out of files that are still there: it is not worth a log of its own, which halves
-- what a load writes. A crash of the server leaves these tables empty until the next run, and nothing else.
-- `line` is where in its file a row began.
DO $$
BEGIN
    IF to_regnamespace('"{schema}_staging"') IS NULL THEN
        CREATE SCHEMA "{schema}_staging";
    END IF;
END $$;

CREATE UNLOGGED TABLE "{schema}_staging".orders (
    line BIGINT NOT NULL,
    order_id TEXT NOT NULL,
    customer_id TEXT NOT NULL,
    order_date DATE NOT NULL,
    product_id TEXT NOT NULL,
    unit_price NUMERIC NOT NULL,
    quantity INTEGER NOT NULL,
    total_price NUMERIC NOT NULL
);

CREATE UNLOGGED TABLE "{schema}_staging".reviews (
    line BIGINT NOT NULL,
    review SMALLINT NOT NULL,
    product_id TEXT NOT NULL
);

CREATE UNLOGGED TABLE "{schema}_staging".shipment_deliveries (
    line BIGINT NOT NULL,
    shipment_id TEXT NOT NULL,
    order_id TEXT NOT NULL,
    shipment_date DATE,
    delivery_date DATE
);

CREATE TABLE "{schema}_analytics".agg_public_holiday (
    ingestion_date DATE PRIMARY KEY,
    tt_order_hol_jan BIGINT NOT NULL,
    tt_order_hol_feb BIGINT NOT NULL,
    tt_order_hol_mar BIGINT NOT NULL,
    tt_order_hol_apr BIGINT NOT NULL,
    tt_order_hol_may BIGINT NOT NULL,
    tt_order_hol_jun BIGINT NOT NULL,
    tt_order_hol_jul BIGINT NOT NULL,
    tt_order_hol_aug BIGINT NOT NULL,
    tt_order_hol_sep BIGINT NOT NULL,
    tt_order_hol_oct BIGINT NOT NULL,
    tt_order_hol_nov BIGINT NOT NULL,
    tt_order_hol_dec BIGINT NOT NULL
);

CREATE TABLE "{schema}_analytics".agg_shipments (
    ingestion_date DATE PRIMARY KEY,
    tt_late_shipments BIGINT NOT NULL,
    tt_undelivered_items BIGINT NOT NULL
);

-- All but the date is NULL where there is nothing to tell of: no review at all, no order of the product, no shipment of it
-- that was early or late.
CREATE TABLE "{schema}_analytics".best_performing_product (
    ingestion_date DATE PRIMARY KEY,
    product_name TEXT,
    most_ordered_day DATE,
    is_public_holiday BOOLEAN,
    tt_review_points BIGINT,
    pct_one_star_review NUMERIC(5, 2),
    pct_two_star_review NUMERIC(5, 2),
    pct_three_star_review NUMERIC(5, 2),
    pct_four_star_review NUMERIC(5, 2),
    pct_five_star_review NUMERIC(5, 2),
    pct_early_shipments NUMERIC(5, 2),
    pct_late_shipments NUMERIC(5, 2)
);

-- The run that made a date's rows, and how far it came after that.
CREATE TABLE "{schema}_analytics".runs (
    ingestion_date DATE PRIMARY KEY,
    row_counts JSON NOT NULL,
    unknown_dates BIGINT NOT NULL,
    loaded_at TIMESTAMPTZ NOT NULL,
    exported_at TIMESTAMPTZ,
    told_at TIMESTAMPTZ
);
