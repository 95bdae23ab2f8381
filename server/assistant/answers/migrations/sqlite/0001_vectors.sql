-- What an embedder made of a text: numbers of 32 bits, little-endian.
CREATE TABLE vectors (
    model_id TEXT NOT NULL,
    dimensions INTEGER NOT NULL CHECK (dimensions > 0),
    content_sha BLOB NOT NULL CHECK (length(content_sha) = 32),
    vector BLOB NOT NULL CHECK (length(vector) = 4 * dimensions),
    PRIMARY KEY (model_id, dimensions, content_sha)
) STRICT, WITHOUT ROWID;
