//! What is wrong with a scene, said so that its author can mend it.

/// A refused scene: which key, what stood there, what may stand there.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{key}: got {got}, takes {takes}")]
pub struct SceneError {
    /// The key, `stroke[2].points_m[0][1]`; for a syntax error, `line 3, column 7`.
    pub key: String,
    /// What stood there.
    pub got: String,
    /// What may stand there.
    pub takes: String,
}
