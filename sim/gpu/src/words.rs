//! A part of a table of words that knows where in the whole it will lie.

use std::ops::{Index, IndexMut};

/// Words at addresses from `base` on. All that is asked and told are addresses in the whole.
#[derive(Debug)]
pub struct Words {
    base: usize,
    data: Vec<u32>,
}

impl Words {
    /// None yet; the first will lie at `base`.
    pub fn at(base: usize) -> Self {
        Self { base, data: Vec::new() }
    }

    /// Address of the next word.
    pub fn end(&self) -> usize {
        self.base + self.data.len()
    }

    /// Appends a word.
    pub fn push(&mut self, word: u32) {
        self.data.push(word);
    }

    /// Appends words.
    pub fn extend(&mut self, words: impl IntoIterator<Item = u32>) {
        self.data.extend(words);
    }

    /// Appends `word` until the next one lies at `end`.
    pub fn fill_to(&mut self, end: usize, word: u32) {
        self.data.resize(end - self.base, word);
    }

    /// The words themselves.
    pub fn as_slice(&self) -> &[u32] {
        &self.data
    }
}

impl Index<usize> for Words {
    type Output = u32;

    fn index(&self, address: usize) -> &u32 {
        &self.data[address - self.base]
    }
}

impl IndexMut<usize> for Words {
    fn index_mut(&mut self, address: usize) -> &mut u32 {
        &mut self.data[address - self.base]
    }
}
