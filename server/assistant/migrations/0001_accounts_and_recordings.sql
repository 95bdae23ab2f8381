-- Who may take calls, and see them.
CREATE TABLE users (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE COLLATE NOCASE,
    hash TEXT NOT NULL,
    role TEXT NOT NULL,
    -- Tokens of an earlier epoch are worth nothing: a new password, or a log-out everywhere.
    epoch INTEGER NOT NULL DEFAULT 0,
    made_s INTEGER NOT NULL
) STRICT;

-- Sound that somebody agreed to have kept. The sound itself is in an object store.
CREATE TABLE recordings (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    object TEXT NOT NULL UNIQUE,
    -- A row is written before its object, so that no object is without one.
    is_whole INTEGER NOT NULL DEFAULT 0,
    duration_s REAL NOT NULL,
    transcript TEXT NOT NULL,
    made_s INTEGER NOT NULL,
    expires_s INTEGER NOT NULL
) STRICT;

CREATE INDEX recordings_by_owner ON recordings (owner, made_s);
CREATE INDEX recordings_by_end ON recordings (expires_s);
