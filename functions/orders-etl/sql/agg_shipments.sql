-- Late is what was shipped late and has not arrived; undelivered is what was not even shipped in time to be hoped for.
DELETE FROM "{schema}_analytics".agg_shipments WHERE ingestion_date = DATE '{day}';

INSERT INTO "{schema}_analytics".agg_shipments (ingestion_date, tt_late_shipments, tt_undelivered_items)
SELECT
    DATE '{day}',
    COUNT(*) FILTER (WHERE sent.shipment_date >= placed.order_date + {late} AND sent.delivery_date IS NULL),
    COUNT(*) FILTER (
        WHERE sent.shipment_date IS NULL AND sent.delivery_date IS NULL AND DATE '{day}' >= placed.order_date + {lost}
    )
FROM "{schema}_staging".shipment_deliveries AS sent
JOIN "{schema}_staging".orders AS placed ON placed.order_id = sent.order_id
