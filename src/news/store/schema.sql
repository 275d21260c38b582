-- Layout 1 of a news database. Times are seconds since 1970, UTC.

CREATE TABLE sources (
    id            INTEGER PRIMARY KEY,
    url           TEXT NOT NULL UNIQUE,
    name          TEXT NOT NULL UNIQUE,
    added         INTEGER NOT NULL,
    follow        TEXT,              -- JSON: which links of a page are followed
    asked         INTEGER,           -- when it last answered
    etag          TEXT,
    last_modified TEXT,
    failure       TEXT               -- why it did not answer the last time
);

-- Every page that was ever found, by the canonical form of its address.
CREATE TABLE pages (
    id            INTEGER PRIMARY KEY,
    url           TEXT NOT NULL UNIQUE,
    source        INTEGER NOT NULL REFERENCES sources,
    depth         INTEGER NOT NULL,  -- links away from what the source lists
    title         TEXT,              -- as the source has them
    date          TEXT,
    found         INTEGER NOT NULL,
    state         TEXT NOT NULL CHECK (state IN ('waiting', 'stored', 'refused', 'failed')),
    reason        TEXT,              -- of a refusal or failure
    tries         INTEGER NOT NULL DEFAULT 0,
    next_try      INTEGER NOT NULL DEFAULT 0,
    etag          TEXT,
    last_modified TEXT
);
CREATE INDEX pages_waiting ON pages (next_try) WHERE state = 'waiting';

-- What a server sent, compressed, so that articles can be made anew from it.
CREATE TABLE raw (
    id            INTEGER PRIMARY KEY,
    page          INTEGER NOT NULL REFERENCES pages,
    fetched       INTEGER NOT NULL,
    url           TEXT NOT NULL,     -- after redirects
    content_type  TEXT,
    body          BLOB NOT NULL,     -- gzip
    hash          TEXT NOT NULL      -- xxh3-128 of the unpacked body
);
CREATE INDEX raw_pages ON raw (page);

CREATE TABLE articles (
    id            TEXT PRIMARY KEY,
    raw           INTEGER NOT NULL REFERENCES raw,
    page          INTEGER NOT NULL REFERENCES pages,
    source        INTEGER NOT NULL REFERENCES sources,
    url           TEXT NOT NULL UNIQUE,
    title         TEXT NOT NULL,
    text          TEXT NOT NULL,
    date          TEXT,              -- RFC 3339, as published
    time          INTEGER NOT NULL,  -- the date, else when it was found
    authors       TEXT NOT NULL,     -- a JSON list
    language      TEXT,
    site          TEXT,
    image         TEXT,
    publisher_rule TEXT,
    hash          TEXT NOT NULL,     -- of title and text
    duplicate_of  TEXT,              -- the first article with the same hash
    version       INTEGER NOT NULL DEFAULT 1,
    label         TEXT,              -- sentiment
    probability   REAL,
    model         TEXT               -- which gave it
);
CREATE INDEX articles_time ON articles (time);
CREATE INDEX articles_hash ON articles (hash);

-- What an article said before it was changed.
CREATE TABLE versions (
    article       TEXT NOT NULL REFERENCES articles,
    version       INTEGER NOT NULL,
    raw           INTEGER NOT NULL REFERENCES raw,
    title         TEXT NOT NULL,
    text          TEXT NOT NULL,
    hash          TEXT NOT NULL,
    PRIMARY KEY (article, version)
) WITHOUT ROWID;

-- What sites allow.
CREATE TABLE hosts (
    host          TEXT PRIMARY KEY,
    robots        BLOB,              -- its robots.txt; none if all is allowed
    robots_status INTEGER,
    robots_fetched INTEGER
) WITHOUT ROWID;

-- One line a request.
CREATE TABLE fetches (
    id            INTEGER PRIMARY KEY,
    page          INTEGER REFERENCES pages,
    source        INTEGER REFERENCES sources,
    time          INTEGER NOT NULL,
    outcome       TEXT NOT NULL      -- `stored`, `not-modified`, or a reason
);
