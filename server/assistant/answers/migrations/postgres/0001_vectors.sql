-- What an embedder made of a text. Spaces of several dimensions lie side by side.
CREATE TABLE vectors (
    model_id text NOT NULL,
    dimensions integer NOT NULL CHECK (dimensions > 0),
    content_sha bytea NOT NULL CHECK (length(content_sha) = 32),
    vector vector NOT NULL CHECK (vector_dims(vector) = dimensions),
    PRIMARY KEY (model_id, dimensions, content_sha)
);
