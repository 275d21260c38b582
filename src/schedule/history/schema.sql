-- The schedule's part of a news database. Its layout has a number of its own, so that
-- neither has to know of the other's changes.

CREATE TABLE IF NOT EXISTS schedule_layout (version INTEGER NOT NULL) STRICT;
INSERT INTO schedule_layout SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM schedule_layout);

-- What is settled of each job: everything up to a time has happened, or was left out.
CREATE TABLE IF NOT EXISTS schedule_jobs (
    name TEXT PRIMARY KEY,
    timetable TEXT NOT NULL,
    settled INTEGER NOT NULL
) STRICT;

-- Every try of every run. Times are seconds since 1970.
CREATE TABLE IF NOT EXISTS schedule_runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    job TEXT NOT NULL,
    scheduled INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    is_manual INTEGER NOT NULL,
    missed INTEGER NOT NULL,
    started INTEGER NOT NULL,
    ended INTEGER,
    outcome TEXT NOT NULL,
    message TEXT NOT NULL DEFAULT '',
    may_repeat INTEGER NOT NULL DEFAULT 1,
    files TEXT NOT NULL DEFAULT '[]'
) STRICT;

-- No time is run twice, whatever two processes believe.
CREATE UNIQUE INDEX IF NOT EXISTS schedule_runs_once
    ON schedule_runs (job, scheduled, attempt) WHERE is_manual = 0;
CREATE INDEX IF NOT EXISTS schedule_runs_of_job ON schedule_runs (job, id);

-- What becomes of the files of a run, place by place.
CREATE TABLE IF NOT EXISTS schedule_deliveries (
    run INTEGER NOT NULL REFERENCES schedule_runs (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    target TEXT NOT NULL,
    state TEXT NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    next INTEGER NOT NULL,
    message TEXT NOT NULL DEFAULT '',
    entry TEXT,
    PRIMARY KEY (run, number)
) STRICT;
CREATE INDEX IF NOT EXISTS schedule_deliveries_open
    ON schedule_deliveries (state, run) WHERE state IN ('waiting', 'sending');
