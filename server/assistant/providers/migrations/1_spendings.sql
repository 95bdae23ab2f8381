-- What was reserved or spent, one row a request. A row that was never settled counts as it stands.
CREATE TABLE spendings (
    id INTEGER PRIMARY KEY,
    day INTEGER NOT NULL,           -- since 1970-01-01, UTC
    micro_dollars INTEGER NOT NULL CHECK (micro_dollars >= 0)
);
CREATE INDEX spendings_by_day ON spendings (day);
