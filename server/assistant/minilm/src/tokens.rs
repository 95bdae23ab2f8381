//! Texts as numbers of tokens: WordPiece (Wu et al., arXiv:1609.08144) over lower-case words.

use tokenizers::models::wordpiece::WordPiece;
use tokenizers::normalizers::BertNormalizer;
use tokenizers::pre_tokenizers::bert::BertPreTokenizer;
use tokenizers::processors::bert::BertProcessing;
use tokenizers::{AddedToken, Tokenizer, TruncationParams};

use crate::files::File;
use crate::{EmbedError, OpenError};

const UNKNOWN: &str = "[UNK]";
const START: &str = "[CLS]";
const END: &str = "[SEP]";
const SPECIAL: [&str; 5] = ["[PAD]", UNKNOWN, START, END, "[MASK]"];

/// Cuts texts into tokens.
#[derive(Clone, Debug)]
pub(crate) struct Tokens {
    tokenizer: Tokenizer,
}

impl Tokens {
    /// From a `tokenizer.json`. How it pads and cuts is left aside; a text is cut after
    /// `max_tokens`, those around it included.
    pub fn from_json(file: &File, vocab_size: usize, max_tokens: usize) -> Result<Self, OpenError> {
        let tokenizer =
            Tokenizer::from_bytes(&file.bytes).map_err(|error| file.malformed(error))?;
        Self::checked(tokenizer, file, vocab_size, max_tokens)
    }

    /// From a `vocab.txt`, a token a line.
    pub fn from_list(file: &File, vocab_size: usize, max_tokens: usize) -> Result<Self, OpenError> {
        let ids = WordPiece::read_bytes(&file.bytes).map_err(|error| file.malformed(error))?;
        let id = |token: &str| match ids.get(token) {
            Some(id) => Ok((token.to_owned(), *id)),
            None => Err(file.malformed(format!("there is no {token}"))),
        };
        let around = BertProcessing::new(id(END)?, id(START)?);
        let model = WordPiece::builder().vocab(ids).unk_token(UNKNOWN.to_owned()).build();
        let mut tokenizer = Tokenizer::new(model.map_err(|error| file.malformed(error))?);
        tokenizer
            .with_normalizer(Some(BertNormalizer::default()))
            .with_pre_tokenizer(Some(BertPreTokenizer))
            .with_post_processor(Some(around))
            .add_special_tokens(&SPECIAL.map(|token| AddedToken::from(token, true)));
        Self::checked(tokenizer, file, vocab_size, max_tokens)
    }

    fn checked(
        mut tokenizer: Tokenizer,
        file: &File,
        vocab_size: usize,
        max_tokens: usize,
    ) -> Result<Self, OpenError> {
        if let Some(missing) = SPECIAL.iter().find(|token| tokenizer.token_to_id(token).is_none()) {
            return Err(file.malformed(format!("there is no {missing}")));
        }
        let largest = tokenizer.get_vocab(true).into_values().max().unwrap_or(0);
        if largest as usize >= vocab_size {
            let why = format!("a token has number {largest}, and config.json has {vocab_size}");
            return Err(file.malformed(why));
        }
        let truncation = TruncationParams { max_length: max_tokens, ..TruncationParams::default() };
        tokenizer.with_truncation(Some(truncation)).map_err(|error| file.malformed(error))?;
        tokenizer.with_padding(None);
        Ok(Self { tokenizer })
    }

    /// Numbers of the tokens of each text, with those that stand before and after it.
    pub fn of(&self, texts: &[impl AsRef<str>]) -> Result<Vec<Vec<u32>>, EmbedError> {
        let numbers = |(index, text): (usize, &_)| {
            let text: &str = AsRef::as_ref(text);
            match self.tokenizer.encode_fast(text, true) {
                Ok(encoding) if !encoding.is_empty() => Ok(encoding.get_ids().to_vec()),
                Ok(_) | Err(_) => Err(EmbedError::Tokens { index }),
            }
        };
        texts.iter().enumerate().map(numbers).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> File {
        File {
            path: "vocab.txt".to_owned(),
            bytes: text.as_bytes().to_vec(),
            sha256: String::new(),
        }
    }

    const LIST: &str = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nwater\nflow\n##s\n!\n";

    #[test]
    fn words_are_cut_into_the_longest_pieces_that_are_known() {
        let tokens = Tokens::from_list(&file(LIST), 9, 8).expect("a list");
        let of = |text: &str| tokens.of(&[text]).expect("tokens").remove(0);
        assert_eq!(of("Water FLOWS!"), [2, 5, 6, 7, 8, 3]);
        assert_eq!(of("w\u{e4}ter mud"), [2, 5, 1, 3], "accents go, and what is unknown is one");
        assert_eq!(of(""), [2, 3]);
        assert_eq!(of(&"water ".repeat(50)).len(), 8, "the end stays");
        assert_eq!(of(&"water ".repeat(50))[7], 3);
    }

    #[test]
    fn lists_that_do_not_fit_are_refused() {
        let error = Tokens::from_list(&file(LIST), 8, 8).expect_err("too many").to_string();
        assert!(error.contains("number 8") && error.contains("vocab.txt"), "{error}");
        let short = LIST.replace("[SEP]\n", "");
        let error = Tokens::from_list(&file(&short), 9, 8).expect_err("none").to_string();
        assert!(error.contains("there is no [SEP]"), "{error}");
        let error = Tokens::from_json(&file("{}"), 9, 8).expect_err("no tokenizer").to_string();
        assert!(error.starts_with("vocab.txt: "), "{error}");
    }
}
