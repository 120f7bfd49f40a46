-- The product with the most review points, and of several the one with the lowest id: numbers by their value and before
-- any other text, which goes by its bytes. Its day is the one with the most pieces ordered, and of several the first.
DELETE FROM "{schema}_analytics".best_performing_product WHERE ingestion_date = DATE '{day}';

INSERT INTO "{schema}_analytics".best_performing_product (
    ingestion_date, product_name, most_ordered_day, is_public_holiday, tt_review_points,
    pct_one_star_review, pct_two_star_review, pct_three_star_review, pct_four_star_review, pct_five_star_review,
    pct_early_shipments, pct_late_shipments
)
WITH best AS (
    SELECT
        product_id,
        SUM(review) AS points,
        COUNT(*) AS reviews,
        COUNT(*) FILTER (WHERE review = 1) AS one,
        COUNT(*) FILTER (WHERE review = 2) AS two,
        COUNT(*) FILTER (WHERE review = 3) AS three,
        COUNT(*) FILTER (WHERE review = 4) AS four,
        COUNT(*) FILTER (WHERE review = 5) AS five
    FROM "{schema}_staging".reviews
    GROUP BY product_id
    ORDER BY
        points DESC,
        CASE WHEN product_id ~ '^[0-9]+$' THEN CAST(product_id AS NUMERIC) END NULLS LAST,
        product_id COLLATE "C"
    LIMIT 1
),
busiest AS (
    SELECT placed.order_date AS day
    FROM "{schema}_staging".orders AS placed
    JOIN best ON best.product_id = placed.product_id
    GROUP BY placed.order_date
    ORDER BY SUM(placed.quantity) DESC, placed.order_date
    LIMIT 1
),
sent AS (
    SELECT
        COUNT(*) FILTER (
            WHERE sent.shipment_date < placed.order_date + {late} AND sent.delivery_date IS NOT NULL
        ) AS early,
        COUNT(*) FILTER (
            WHERE sent.shipment_date >= placed.order_date + {late} AND sent.delivery_date IS NULL
        ) AS late
    FROM "{schema}_staging".shipment_deliveries AS sent
    JOIN "{schema}_staging".orders AS placed ON placed.order_id = sent.order_id
    JOIN best ON best.product_id = placed.product_id
)
SELECT
    DATE '{day}',
    (SELECT MIN(product_name) FROM {dimensions}.dim_products AS known WHERE CAST(known.product_id AS TEXT) = best.product_id),
    busiest.day,
    CASE WHEN busiest.day IS NOT NULL THEN EXISTS (
        SELECT FROM {dimensions}.dim_dates AS held
        WHERE held.calendar_dt = busiest.day AND held.day_of_the_week_num BETWEEN 1 AND 5 AND NOT held.working_day
    ) END,
    best.points,
    ROUND(100.0 * best.one / best.reviews, 2),
    ROUND(100.0 * best.two / best.reviews, 2),
    ROUND(100.0 * best.three / best.reviews, 2),
    ROUND(100.0 * best.four / best.reviews, 2),
    ROUND(100.0 * best.five / best.reviews, 2),
    ROUND(100.0 * sent.early / NULLIF(sent.early + sent.late, 0), 2),
    ROUND(100.0 * sent.late / NULLIF(sent.early + sent.late, 0), 2)
FROM sent
LEFT JOIN best ON TRUE
LEFT JOIN busiest ON TRUE
