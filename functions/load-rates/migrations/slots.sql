-- Two tables, of which one is served and the other is filled. Which one, the last load says: a row like any other, so that
-- a reader sees it together with everything else of that load. The view is never made anew: a reader whose view or table
-- were exchanged would see the new one's rows by the old state, which are none.
CREATE TABLE rates.all_prices (
    orig_code TEXT COLLATE "C" NOT NULL,
    dest_code TEXT COLLATE "C" NOT NULL,
    day DATE NOT NULL,
    price INTEGER NOT NULL,
    slot SMALLINT NOT NULL
) PARTITION BY LIST (slot);

CREATE TABLE rates.prices_0 PARTITION OF rates.all_prices (slot DEFAULT 0) FOR VALUES IN (0);
CREATE TABLE rates.prices_1 PARTITION OF rates.all_prices (slot DEFAULT 1) FOR VALUES IN (1);

CREATE VIEW rates.prices AS
SELECT orig_code, dest_code, day, price
FROM rates.all_prices
WHERE slot = (SELECT slot FROM rates.loads ORDER BY number DESC LIMIT 1);
