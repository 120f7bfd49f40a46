DO $$
BEGIN
    IF to_regnamespace('"{schema}_analytics"') IS NULL THEN
        CREATE SCHEMA "{schema}_analytics";
    END IF;
    IF to_regclass('"{schema}_analytics".migrations') IS NULL THEN
        CREATE TABLE "{schema}_analytics".migrations (
            number INTEGER PRIMARY KEY,
            name TEXT NOT NULL,
            checksum TEXT NOT NULL,
            destructive BOOLEAN NOT NULL,
            applied_at TIMESTAMPTZ NOT NULL
        );
    END IF;
END $$
