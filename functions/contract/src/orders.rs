//! What the orders pipeline agrees on: where files lie, which columns they have, and what the tables are called, for the
//! function, for the stack and for whoever recomputes what it did.

/// Of the bucket that orders arrive in: the folder below which [`FILES`] and [`DIMENSIONS`] lie.
pub const INPUT: &str = "orders/";
/// Of the bucket with what the pipelines deliver: the folder below which [`export`] lies.
pub const OUTPUT: &str = "orders/";

/// A file of one run: rows of what happened, as shops tell them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sheet {
    /// The table in the staging schema.
    pub table: &'static str,
    /// Below [`INPUT`]; the first name that is there is taken.
    pub files: &'static [&'static str],
    pub columns: &'static [&'static str],
}

pub const ORDERS: Sheet = Sheet {
    table: "orders",
    files: &["orders_data/orders.csv"],
    columns: &["order_id", "customer_id", "order_date", "product_id", "unit_price", "quantity", "total_price"],
};

/// What some shops call the column `total_price` of [`ORDERS`].
pub const TOTAL_PRICE_ALIAS: &str = "amount";

pub const REVIEWS: Sheet =
    Sheet { table: "reviews", files: &["orders_data/reviews.csv"], columns: &["review", "product_id"] };

pub const SHIPMENTS: Sheet = Sheet {
    table: "shipment_deliveries",
    files: &["orders_data/shipment_deliveries.csv", "orders_data/shipments_deliveries.csv"],
    columns: &["shipment_id", "order_id", "shipment_date", "delivery_date"],
};

/// In the order in which they are loaded.
pub const FILES: [Sheet; 3] = [ORDERS, REVIEWS, SHIPMENTS];

/// The schema of the dimensions, which the pipelines of a database share.
pub const DIMENSIONS_SCHEMA: &str = "if_common";

/// Dimensions may come along as files, which are merged into the tables: the first column tells rows apart.
pub const DIMENSIONS: [Sheet; 4] = [
    Sheet {
        table: "dim_dates",
        files: &["orders_data/dimensions/dim_dates.csv"],
        columns: &[
            "calendar_dt",
            "year_num",
            "month_of_the_year_num",
            "day_of_the_month_num",
            "day_of_the_week_num",
            "working_day",
        ],
    },
    Sheet {
        table: "dim_products",
        files: &["orders_data/dimensions/dim_products.csv"],
        columns: &["product_id", "product_category", "product_name"],
    },
    Sheet {
        table: "dim_customers",
        files: &["orders_data/dimensions/dim_customers.csv"],
        columns: &["customer_id", "customer_name", "postal_code"],
    },
    Sheet {
        table: "dim_addresses",
        files: &["orders_data/dimensions/dim_addresses.csv"],
        columns: &["postal_code", "country", "region", "state", "address"],
    },
];

/// What a pipeline's own schemas are called after the name that the stage gives it.
pub fn staging(schema: &str) -> String {
    format!("{schema}_staging")
}

pub fn analytics(schema: &str) -> String {
    format!("{schema}_analytics")
}

pub const HOLIDAYS: &str = "agg_public_holiday";
pub const SHIPPED: &str = "agg_shipments";
pub const BEST: &str = "best_performing_product";

/// The tables that are computed and exported, each with a row a day.
pub const AGGREGATES: [&str; 3] = [HOLIDAYS, SHIPPED, BEST];

/// What tells one day's row from another.
pub const DAY: &str = "ingestion_date";

/// Where a table is exported to, below [`OUTPUT`].
pub fn export(schema: &str, table: &str) -> String {
    format!("analytics_export/{schema}/{table}.csv")
}

/// An order that is shipped this many days after it was placed, or later, is late; one shipped earlier is early.
pub const LATE_AFTER_DAYS: u64 = 6;
/// An order is lost that was neither shipped nor delivered this many days after it was placed.
pub const LOST_AFTER_DAYS: u64 = 15;
