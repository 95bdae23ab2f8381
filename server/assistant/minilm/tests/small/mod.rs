//! A small network with weights drawn by chance, and the same network written down as plainly as
//! can be.

use std::collections::BTreeMap;
use std::path::Path;

use safetensors::tensor::{Dtype, TensorView, serialize_to_file};

pub const HIDDEN: usize = 16;
pub const HEADS: usize = 4;
pub const WIDE: usize = 24;
pub const LAYERS: usize = 2;
pub const PLACES: usize = 12;
const EPSILON: f64 = 1e-5;
const LIST: [&str; 10] =
    ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "water", "flow", "##s", "down", "hill"];

/// Shape and values, row by row.
pub type Tensor = (Vec<usize>, Vec<f32>);

/// A network by the names of its tensors.
#[derive(Clone)]
pub struct Small(pub BTreeMap<String, Tensor>);

impl Small {
    /// Always the same.
    pub fn drawn() -> Self {
        let mut chance = fastrand::Rng::with_seed(7);
        let mut all = BTreeMap::new();
        let mut draw = |name: String, shape: &[usize]| {
            let values = (0..shape.iter().product()).map(|_| chance.f32() - 0.5).collect();
            all.insert(name, (shape.to_vec(), values));
        };
        draw("embeddings.word_embeddings.weight".to_owned(), &[LIST.len(), HIDDEN]);
        draw("embeddings.position_embeddings.weight".to_owned(), &[PLACES, HIDDEN]);
        draw("embeddings.token_type_embeddings.weight".to_owned(), &[2, HIDDEN]);
        draw("embeddings.LayerNorm.weight".to_owned(), &[HIDDEN]);
        draw("embeddings.LayerNorm.bias".to_owned(), &[HIDDEN]);
        for layer in 0..LAYERS {
            for (part, outputs, inputs) in [
                ("attention.self.query", HIDDEN, HIDDEN),
                ("attention.self.key", HIDDEN, HIDDEN),
                ("attention.self.value", HIDDEN, HIDDEN),
                ("attention.output.dense", HIDDEN, HIDDEN),
                ("intermediate.dense", WIDE, HIDDEN),
                ("output.dense", HIDDEN, WIDE),
            ] {
                draw(format!("encoder.layer.{layer}.{part}.weight"), &[outputs, inputs]);
                draw(format!("encoder.layer.{layer}.{part}.bias"), &[outputs]);
            }
            for part in ["attention.output.LayerNorm", "output.LayerNorm"] {
                draw(format!("encoder.layer.{layer}.{part}.weight"), &[HIDDEN]);
                draw(format!("encoder.layer.{layer}.{part}.bias"), &[HIDDEN]);
            }
        }
        draw("pooler.dense.weight".to_owned(), &[HIDDEN, HIDDEN]);
        Self(all)
    }

    /// Writes a folder as a model comes in.
    pub fn write(&self, folder: &Path) {
        let config = format!(
            r#"{{"model_type": "bert", "vocab_size": {}, "hidden_size": {HIDDEN},
                "num_hidden_layers": {LAYERS}, "num_attention_heads": {HEADS},
                "intermediate_size": {WIDE}, "max_position_embeddings": {PLACES},
                "type_vocab_size": 2, "layer_norm_eps": {EPSILON}, "hidden_act": "gelu"}}"#,
            LIST.len()
        );
        std::fs::write(folder.join("config.json"), config).expect("a file");
        std::fs::write(folder.join("vocab.txt"), LIST.join("\n")).expect("a file");
        let bytes: Vec<(&String, &[usize], Vec<u8>)> = self
            .0
            .iter()
            .map(|(name, (shape, values))| {
                (name, shape.as_slice(), values.iter().flat_map(|v| v.to_le_bytes()).collect())
            })
            .collect();
        let views = bytes.iter().map(|(name, shape, bytes)| {
            (name, TensorView::new(Dtype::F32, shape.to_vec(), bytes).expect("a tensor"))
        });
        let file = folder.join("model.safetensors");
        serialize_to_file(views, None, &file).expect("a file");
    }

    /// The vector of a text by the numbers of its tokens, in the words of the papers.
    pub fn vector(&self, ids: &[usize]) -> Vec<f64> {
        let kind = &self.rows("embeddings.token_type_embeddings.weight")[0];
        let words = self.rows("embeddings.word_embeddings.weight");
        let places = self.rows("embeddings.position_embeddings.weight");
        let sum = |(place, id): (usize, &usize)| add(&add(&words[*id], &places[place]), kind);
        let mut x: Vec<Vec<f64>> = ids.iter().enumerate().map(sum).collect();
        x = x.iter().map(|x| self.norm("embeddings.LayerNorm", x)).collect();
        for layer in 0..LAYERS {
            x = self.layer(&format!("encoder.layer.{layer}"), &x);
        }
        let sum = x.iter().skip(1).fold(x[0].clone(), |sum, x| add(&sum, x));
        let mean: Vec<f64> = sum.iter().map(|value| value / x.len() as f64).collect();
        let length = dot(&mean, &mean).sqrt();
        mean.iter().map(|value| value / length).collect()
    }

    fn layer(&self, name: &str, x: &[Vec<f64>]) -> Vec<Vec<f64>> {
        let of = |part: &str, x: &[f64]| self.linear(&format!("{name}.{part}"), x);
        let each = |part: &str| x.iter().map(|x| of(part, x)).collect::<Vec<_>>();
        let queries = each("attention.self.query");
        let (keys, values) = (each("attention.self.key"), each("attention.self.value"));
        let width = HIDDEN / HEADS;
        let mut next = Vec::new();
        for (x, query) in x.iter().zip(&queries) {
            let mut seen = vec![0.0; HIDDEN];
            for head in 0..HEADS {
                let head = head * width..(head + 1) * width;
                let fit = |key: &Vec<f64>| {
                    dot(&query[head.clone()], &key[head.clone()]) / (width as f64).sqrt()
                };
                let weights: Vec<f64> = keys.iter().map(|key| fit(key).exp()).collect();
                let whole: f64 = weights.iter().sum();
                for (value, weight) in values.iter().zip(&weights) {
                    for at in head.clone() {
                        seen[at] += value[at] * weight / whole;
                    }
                }
            }
            let mixed = add(&of("attention.output.dense", &seen), x);
            let mixed = self.norm(&format!("{name}.attention.output.LayerNorm"), &mixed);
            let inner: Vec<f64> = of("intermediate.dense", &mixed).into_iter().map(gelu).collect();
            let outer = add(&of("output.dense", &inner), &mixed);
            next.push(self.norm(&format!("{name}.output.LayerNorm"), &outer));
        }
        next
    }

    fn rows(&self, name: &str) -> Vec<Vec<f64>> {
        let (shape, values) = &self.0[name];
        let width = *shape.last().expect("a dimension");
        values.chunks(width).map(|row| row.iter().map(|v| f64::from(*v)).collect()).collect()
    }

    fn linear(&self, name: &str, x: &[f64]) -> Vec<f64> {
        let rows = self.rows(&format!("{name}.weight"));
        let products: Vec<f64> = rows.iter().map(|row| dot(row, x)).collect();
        add(&products, &self.rows(&format!("{name}.bias"))[0])
    }

    fn norm(&self, name: &str, x: &[f64]) -> Vec<f64> {
        let mean = x.iter().sum::<f64>() / x.len() as f64;
        let variance = x.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / x.len() as f64;
        let scale = &self.rows(&format!("{name}.weight"))[0];
        let shift = &self.rows(&format!("{name}.bias"))[0];
        let of = |k: usize| (x[k] - mean) / (variance + EPSILON).sqrt() * scale[k] + shift[k];
        (0..x.len()).map(of).collect()
    }
}

fn add(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a + b).collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn gelu(x: f64) -> f64 {
    0.5 * x * (1.0 + erf(x / 2.0_f64.sqrt()))
}

/// The integral that it is, by Simpson's rule.
fn erf(x: f64) -> f64 {
    const STEPS: i32 = 200;
    let step = x / f64::from(STEPS);
    let weight = |k: i32| match k {
        0 | STEPS => 1.0,
        odd if odd % 2 == 1 => 4.0,
        _ => 2.0,
    };
    let sum: f64 = (0..=STEPS).map(|k| weight(k) * (-(f64::from(k) * step).powi(2)).exp()).sum();
    2.0 / std::f64::consts::PI.sqrt() * sum * step / 3.0
}
