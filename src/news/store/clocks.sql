-- When hosts may be asked again, by name and port; only those that may have to wait.
CREATE TABLE IF NOT EXISTS clocks (
    host          TEXT PRIMARY KEY,
    asked         INTEGER NOT NULL,  -- when it was last asked
    wait_ms       INTEGER NOT NULL,  -- and how long it was to be left alone then
    failures      INTEGER NOT NULL   -- in a row
) WITHOUT ROWID;
