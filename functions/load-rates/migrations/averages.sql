-- Asked for an orig, a dest and some days, it goes from the ports below both to their prices, by the index. An average of
-- fewer than three prices is none.
CREATE VIEW rates.daily_averages AS
SELECT
    orig.place AS orig,
    dest.place AS dest,
    prices.day,
    CASE WHEN count(*) >= 3 THEN round(avg(prices.price), 2) END AS average_price,
    count(*) AS prices
FROM rates.prices
JOIN rates.places AS orig ON orig.port = prices.orig_code
JOIN rates.places AS dest ON dest.port = prices.dest_code
GROUP BY orig.place, dest.place, prices.day;
