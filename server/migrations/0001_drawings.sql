-- Drawings that visitors keep, each under a name that its content makes.
CREATE TABLE drawings (
    id TEXT PRIMARY KEY NOT NULL,
    -- A scene file, as JSON.
    scene TEXT NOT NULL,
    -- When it was kept and last asked for, seconds since 1970.
    kept_s INTEGER NOT NULL,
    asked_s INTEGER NOT NULL
) STRICT;

CREATE INDEX drawings_by_use ON drawings (asked_s);
