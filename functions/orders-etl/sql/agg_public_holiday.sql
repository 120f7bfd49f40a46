-- Orders of the year that ends with the day, placed on a public holiday: a day from Monday to Friday on which nobody works.
-- The year begins after the same date of the year before; after 28 February where that year has no 29th.
DELETE FROM "{schema}_analytics".agg_public_holiday WHERE ingestion_date = DATE '{day}';

INSERT INTO "{schema}_analytics".agg_public_holiday (
    ingestion_date,
    tt_order_hol_jan, tt_order_hol_feb, tt_order_hol_mar, tt_order_hol_apr, tt_order_hol_may, tt_order_hol_jun,
    tt_order_hol_jul, tt_order_hol_aug, tt_order_hol_sep, tt_order_hol_oct, tt_order_hol_nov, tt_order_hol_dec
)
SELECT
    DATE '{day}',
    COUNT(*) FILTER (WHERE month = 1), COUNT(*) FILTER (WHERE month = 2), COUNT(*) FILTER (WHERE month = 3),
    COUNT(*) FILTER (WHERE month = 4), COUNT(*) FILTER (WHERE month = 5), COUNT(*) FILTER (WHERE month = 6),
    COUNT(*) FILTER (WHERE month = 7), COUNT(*) FILTER (WHERE month = 8), COUNT(*) FILTER (WHERE month = 9),
    COUNT(*) FILTER (WHERE month = 10), COUNT(*) FILTER (WHERE month = 11), COUNT(*) FILTER (WHERE month = 12)
FROM (
    SELECT EXTRACT(MONTH FROM placed.order_date) AS month
    FROM "{schema}_staging".orders AS placed
    WHERE placed.order_date > CAST(DATE '{day}' - INTERVAL '1 year' AS DATE)
      AND placed.order_date <= DATE '{day}'
      AND EXISTS (
          SELECT FROM {dimensions}.dim_dates AS held
          WHERE held.calendar_dt = placed.order_date AND held.day_of_the_week_num BETWEEN 1 AND 5 AND NOT held.working_day
      )
) AS on_holidays
