//! What a network looks like: `config.json` beside its weights.

use serde::Deserialize;

/// Tokens of a text of one token, with those that stand around it.
const SHORTEST: usize = 3;

/// The shape of a BERT. Names are those of `config.json`; what else stands there is of use in
/// training only.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Config {
    /// `bert`.
    pub model_type: String,
    /// Tokens that are known.
    pub vocab_size: usize,
    /// Numbers of a vector.
    pub hidden_size: usize,
    /// Layers.
    pub num_hidden_layers: usize,
    /// Heads of attention in each layer; they share the numbers of a vector among them.
    pub num_attention_heads: usize,
    /// Numbers between the two linear maps of a layer.
    pub intermediate_size: usize,
    /// Most tokens of a text.
    pub max_position_embeddings: usize,
    /// Kinds of texts; a sentence is of the first.
    pub type_vocab_size: usize,
    /// What is added to a variance before it divides.
    pub layer_norm_eps: f64,
    /// `gelu`, the exact one.
    pub hidden_act: String,
    /// `absolute`.
    #[serde(default = "absolute")]
    pub position_embedding_type: String,
}

fn absolute() -> String {
    "absolute".to_owned()
}

impl Config {
    /// Reads it, and says what is wrong with it.
    pub(crate) fn from_json(text: &[u8]) -> Result<Self, String> {
        let config: Self = serde_json::from_slice(text).map_err(|error| error.to_string())?;
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<(), String> {
        for (key, got, takes) in [
            ("model_type", &self.model_type, "bert"),
            ("hidden_act", &self.hidden_act, "gelu"),
            ("position_embedding_type", &self.position_embedding_type, "absolute"),
        ] {
            if got != takes {
                return Err(format!("{key}: got {got:?}, takes {takes:?}"));
            }
        }
        for (key, got) in [
            ("vocab_size", self.vocab_size),
            ("hidden_size", self.hidden_size),
            ("num_hidden_layers", self.num_hidden_layers),
            ("num_attention_heads", self.num_attention_heads),
            ("intermediate_size", self.intermediate_size),
            ("type_vocab_size", self.type_vocab_size),
        ] {
            if got == 0 {
                return Err(format!("{key}: got 0, takes 1 or more"));
            }
        }
        if self.max_position_embeddings < SHORTEST {
            let got = self.max_position_embeddings;
            return Err(format!("max_position_embeddings: got {got}, takes {SHORTEST} or more"));
        }
        let (hidden, heads) = (self.hidden_size, self.num_attention_heads);
        if !hidden.is_multiple_of(heads) {
            return Err(format!("num_attention_heads: got {heads}, takes a divisor of {hidden}"));
        }
        if !(self.layer_norm_eps.is_finite() && self.layer_norm_eps > 0.0) {
            return Err(format!("layer_norm_eps: got {}, takes more than 0", self.layer_norm_eps));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINILM: &str = r#"{"model_type": "bert", "vocab_size": 30522, "hidden_size": 384,
        "num_hidden_layers": 6, "num_attention_heads": 12, "intermediate_size": 1536,
        "max_position_embeddings": 512, "type_vocab_size": 2, "layer_norm_eps": 1e-12,
        "hidden_act": "gelu", "use_cache": true}"#;

    #[test]
    fn what_it_is_not_made_for_is_refused_by_name() {
        assert_eq!(Config::from_json(MINILM.as_bytes()).expect("a config").hidden_size, 384);
        for (from, to, says) in [
            ("\"bert\"", "\"gpt2\"", "model_type: got \"gpt2\", takes \"bert\""),
            ("\"gelu\"", "\"relu\"", "hidden_act: got \"relu\""),
            ("heads\": 12", "heads\": 7", "num_attention_heads: got 7, takes a divisor of 384"),
            ("vocab_size\": 30522", "vocab_size\": 0", "vocab_size: got 0"),
            ("1e-12", "-1.0", "layer_norm_eps: got -1"),
            ("embeddings\": 512", "embeddings\": 2", "max_position_embeddings: got 2"),
            ("\"hidden_size\"", "\"hidden\"", "hidden_size"),
        ] {
            let text = MINILM.replacen(from, to, 1);
            assert_ne!(text, MINILM, "{from} stands in it");
            let why = Config::from_json(text.as_bytes()).expect_err(to);
            assert!(why.contains(says), "{to}: {why}");
        }
    }
}
