-- What stands in them is checked before it comes here, as a whole; nobody else writes them.
CREATE TABLE rates.regions (
    slug TEXT COLLATE "C" PRIMARY KEY,
    name TEXT NOT NULL,
    parent_slug TEXT COLLATE "C"
);

CREATE TABLE rates.ports (
    code TEXT COLLATE "C" PRIMARY KEY,
    name TEXT NOT NULL,
    parent_slug TEXT COLLATE "C" NOT NULL
);

-- The ports below each place, at any depth. A port is below itself.
CREATE TABLE rates.places (
    place TEXT COLLATE "C" NOT NULL,
    port TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (place, port)
);

-- The last one is what is served.
CREATE TABLE rates.loads (
    number BIGINT PRIMARY KEY,
    batch TEXT NOT NULL,
    place TEXT COLLATE "C" NOT NULL UNIQUE,
    slot SMALLINT NOT NULL,
    rows BIGINT NOT NULL,
    loaded_at TIMESTAMPTZ NOT NULL
);
