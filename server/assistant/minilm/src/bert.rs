//! The network: a BERT (Devlin et al., *BERT: Pre-training of Deep Bidirectional Transformers for
//! Language Understanding*, 2019), whose last layer is averaged over the tokens of a sentence
//! (Reimers and Gurevych, *Sentence-BERT*, 2019).

use burn::tensor::activation::gelu;
use burn::tensor::module::{attention, embedding, layer_norm, linear};
use burn::tensor::ops::AttentionModuleOptions;
use burn::tensor::{Bool, Device, Int, Tensor, TensorData};

use crate::weights::Weights;
use crate::{Config, EmbedError, OpenError};

/// The token that stands where a text is over; nothing looks at it.
const PADDING: i64 = 0;
/// The shortest length that a vector is divided by.
const SHORTEST: f32 = 1e-12;

/// `x w + b`.
#[derive(Clone, Debug)]
struct Linear {
    /// `[inputs, outputs]`.
    matrix: Tensor<2>,
    bias: Tensor<1>,
}

/// Brings the numbers of each token to mean 0 and variance 1, then to what was learnt.
#[derive(Clone, Debug)]
struct Norm {
    scale: Tensor<1>,
    shift: Tensor<1>,
    epsilon: f64,
}

/// Tokens look at one another, then each is changed by itself. Both are added to what was there,
/// and the sum is normalised.
#[derive(Clone, Debug)]
struct Layer {
    heads: usize,
    query: Linear,
    key: Linear,
    value: Linear,
    mixed: Linear,
    mixed_norm: Norm,
    inner: Linear,
    outer: Linear,
    outer_norm: Norm,
}

/// The network, with its weights.
#[derive(Clone, Debug)]
pub(crate) struct Bert {
    /// `[tokens, hidden]`.
    words: Tensor<2>,
    /// `[places, hidden]`, with what is the same for every token of a sentence.
    places: Tensor<2>,
    norm: Norm,
    layers: Vec<Layer>,
    device: Device,
}

impl Linear {
    fn open(weights: &mut Weights<'_>, name: &str, shape: [usize; 2]) -> Result<Self, OpenError> {
        let (matrix, bias) = weights.take_linear(name, shape)?;
        Ok(Self { matrix, bias })
    }

    fn of(&self, x: Tensor<3>) -> Tensor<3> {
        linear(x, self.matrix.clone(), Some(self.bias.clone()))
    }
}

impl Norm {
    fn open(weights: &mut Weights<'_>, name: &str, config: &Config) -> Result<Self, OpenError> {
        let width = [config.hidden_size];
        Ok(Self {
            scale: weights.take(&format!("{name}.weight"), width)?,
            shift: weights.take(&format!("{name}.bias"), width)?,
            epsilon: config.layer_norm_eps,
        })
    }

    fn of(&self, x: Tensor<3>) -> Tensor<3> {
        layer_norm(x, self.scale.clone(), Some(self.shift.clone()), self.epsilon)
    }
}

impl Layer {
    fn open(weights: &mut Weights<'_>, name: &str, config: &Config) -> Result<Self, OpenError> {
        let (hidden, wide) = (config.hidden_size, config.intermediate_size);
        let mut linear =
            |part: &str, shape| Linear::open(weights, &format!("{name}.{part}"), shape);
        let query = linear("attention.self.query", [hidden, hidden])?;
        let key = linear("attention.self.key", [hidden, hidden])?;
        let value = linear("attention.self.value", [hidden, hidden])?;
        let mixed = linear("attention.output.dense", [hidden, hidden])?;
        let inner = linear("intermediate.dense", [hidden, wide])?;
        let outer = linear("output.dense", [wide, hidden])?;
        let mut norm = |part: &str| Norm::open(weights, &format!("{name}.{part}"), config);
        Ok(Self {
            heads: config.num_attention_heads,
            query,
            key,
            value,
            mixed,
            mixed_norm: norm("attention.output.LayerNorm")?,
            inner,
            outer,
            outer_norm: norm("output.LayerNorm")?,
        })
    }

    /// Of `[texts, tokens, hidden]`; true in the mask is what no token looks at.
    fn of(&self, x: Tensor<3>, mask: Option<Tensor<4, Bool>>) -> Tensor<3> {
        let [texts, tokens, hidden] = x.dims();
        let split = |x: Tensor<3>| -> Tensor<4> {
            x.reshape([texts, tokens, self.heads, hidden / self.heads]).swap_dims(1, 2)
        };
        let query = split(self.query.of(x.clone()));
        let key = split(self.key.of(x.clone()));
        let value = split(self.value.of(x.clone()));
        let seen = attention(query, key, value, mask, None, AttentionModuleOptions::default());
        let seen = seen.swap_dims(1, 2).reshape([texts, tokens, hidden]);
        let x = self.mixed_norm.of(self.mixed.of(seen) + x);
        self.outer_norm.of(self.outer.of(gelu(self.inner.of(x.clone()))) + x)
    }
}

impl Bert {
    /// Takes its weights.
    pub fn open(
        mut weights: Weights<'_>,
        config: &Config,
        device: &Device,
    ) -> Result<Self, OpenError> {
        let hidden = config.hidden_size;
        let mut table =
            |name: &str, rows| weights.take(&format!("embeddings.{name}.weight"), [rows, hidden]);
        let words = table("word_embeddings", config.vocab_size)?;
        let places = table("position_embeddings", config.max_position_embeddings)?;
        let kinds = table("token_type_embeddings", config.type_vocab_size)?;
        let norm = Norm::open(&mut weights, "embeddings.LayerNorm", config)?;
        let layers = (0..config.num_hidden_layers)
            .map(|layer| Layer::open(&mut weights, &format!("encoder.layer.{layer}"), config))
            .collect::<Result<_, _>>()?;
        weights.finish()?;
        let places = places + kinds.slice([0..1, 0..hidden]);
        Ok(Self { words, places, norm, layers, device: device.clone() })
    }

    /// A vector of length 1 for each text: numbers of its tokens, of which there are one or more,
    /// and no more than there are places.
    pub fn vectors(&self, texts: &[&[u32]]) -> Result<Vec<Vec<f32>>, EmbedError> {
        let longest = texts.iter().map(|text| text.len()).max().unwrap_or(0);
        let shape = [texts.len(), longest];
        let place = |text: &&[u32], at: usize| text.get(at).map(|id| i64::from(*id));
        let padded = texts.iter().flat_map(|text| (0..longest).map(move |at| place(text, at)));
        let padded: Vec<Option<i64>> = padded.collect();
        let ids = padded.iter().map(|id| id.unwrap_or(PADDING)).collect();
        let ids = Tensor::<2, Int>::from_data(TensorData::new::<i64, _>(ids, shape), &self.device);
        let is_padding: Vec<bool> = padded.iter().map(Option::is_none).collect();
        let is_padding = is_padding.contains(&true).then(|| {
            Tensor::<2, Bool>::from_data(TensorData::new(is_padding, shape), &self.device)
        });
        let mask = is_padding.clone().map(|mask| {
            let [texts, tokens] = shape;
            mask.reshape([texts, 1, 1, tokens]).expand([texts, 1, tokens, tokens])
        });

        let places = self.places.clone().narrow(0, 0, longest).unsqueeze::<3>();
        let mut x = self.norm.of(embedding(self.words.clone(), ids) + places);
        for layer in &self.layers {
            x = layer.of(x, mask.clone());
        }
        if let Some(is_padding) = is_padding {
            x = x.mask_fill(is_padding.unsqueeze_dim(2), 0.0);
        }
        let network = |why: String| EmbedError::Network(why);
        let sums = x.sum_dim(1).try_into_data().map_err(|error| network(error.to_string()))?;
        let sums = sums.try_to_vec::<f32>().map_err(|error| network(error.to_string()))?;
        // Of length 1, the sum over tokens is their mean.
        Ok(sums.chunks(sums.len() / texts.len().max(1)).map(normalised).collect())
    }
}

fn normalised(vector: &[f32]) -> Vec<f32> {
    let length = vector.iter().map(|value| value * value).sum::<f32>().sqrt().max(SHORTEST);
    vector.iter().map(|value| value / length).collect()
}
