-- Calls as they happen: what was said, what it reached, and what was suggested.
CREATE TABLE calls (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL,
    title TEXT NOT NULL,
    -- Name of the playbook, and its landmarks as they were when the call began, as JSON.
    playbook TEXT NOT NULL,
    landmarks TEXT NOT NULL,
    transcriber TEXT NOT NULL,
    began_s INTEGER NOT NULL,
    expires_s INTEGER NOT NULL,
    -- Of calls that have ended.
    duration_s REAL,
    reason TEXT
) STRICT;

CREATE INDEX calls_by_user ON calls (user_id, began_s);
CREATE INDEX calls_by_end ON calls (expires_s);

CREATE TABLE turns (
    call_id TEXT NOT NULL REFERENCES calls (id) ON DELETE CASCADE,
    turn INTEGER NOT NULL,
    role TEXT NOT NULL,
    text TEXT NOT NULL,
    start_s REAL NOT NULL,
    end_s REAL NOT NULL,
    PRIMARY KEY (call_id, turn)
) STRICT, WITHOUT ROWID;

-- `n` is the number of the word that told it. An override is one whose method is `hand`.
CREATE TABLE landmark_events (
    call_id TEXT NOT NULL REFERENCES calls (id) ON DELETE CASCADE,
    n INTEGER NOT NULL,
    landmark TEXT NOT NULL,
    state TEXT NOT NULL,
    turn INTEGER,
    quote TEXT,
    span_start INTEGER,
    span_end INTEGER,
    score REAL,
    method TEXT NOT NULL,
    PRIMARY KEY (call_id, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE suggestions (
    call_id TEXT NOT NULL REFERENCES calls (id) ON DELETE CASCADE,
    n INTEGER NOT NULL,
    kind TEXT NOT NULL,
    about TEXT NOT NULL,
    text TEXT NOT NULL,
    source TEXT,
    PRIMARY KEY (call_id, n)
) STRICT, WITHOUT ROWID;
