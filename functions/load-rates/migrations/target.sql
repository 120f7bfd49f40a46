-- Emptied and filled by DMS, which is why it is a table of its own and nothing more.
CREATE TABLE rates.prices (
    orig_code VARCHAR(5) COLLATE "C" NOT NULL,
    dest_code VARCHAR(5) COLLATE "C" NOT NULL,
    day DATE NOT NULL,
    price INTEGER NOT NULL
);

CREATE INDEX prices_between ON rates.prices (orig_code, dest_code, day, price);
