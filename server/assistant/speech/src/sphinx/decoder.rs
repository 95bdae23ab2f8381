//! A decoder of PocketSphinx, safe to use on the thread that made it.

use std::ffi::{CStr, CString, c_char, c_int};
use std::path::{Path, PathBuf};
use std::ptr::{NonNull, null_mut};

use super::library::{Library, RawDecoder, Settings};
use crate::{SpeechError, Transcript, Word};

/// Frames a second of its features.
const FRAMES_A_SECOND: f32 = 100.0;
/// `NGRAM_AUTO`: the kind of a file of a language model is seen from the file.
const AUTO: c_int = 0;

/// What a decoder is made of.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Setup {
    /// A folder: the acoustic model.
    pub acoustic: PathBuf,
    /// A file: words and how they are pronounced.
    pub dictionary: PathBuf,
    /// Language models and how much each counts; they are interpolated if there are several.
    pub language: Vec<(PathBuf, f32)>,
}

/// A decoder. It holds raw pointers and stays on its thread.
pub(super) struct Decoder {
    library: &'static Library,
    raw: NonNull<RawDecoder>,
    settings: NonNull<Settings>,
}

impl Decoder {
    /// Loads the models, which takes about half a second.
    ///
    /// # Errors
    /// The library or a model is missing or cannot be read.
    pub(super) fn new(setup: &Setup) -> Result<Self, SpeechError> {
        let library = Library::get()?;
        // PocketSphinx ends the whole program over some files that it cannot read.
        let models = setup.language.iter().map(|(path, _)| path);
        for path in [&setup.acoustic.join("mdef"), &setup.dictionary].into_iter().chain(models) {
            std::fs::File::open(path).map_err(|error| {
                let install = super::library::INSTALL;
                let why = format!("{} cannot be read ({error}): {install}", path.display());
                SpeechError::Missing(why)
            })?;
        }
        let settings = settings(library, setup)?;
        #[expect(unsafe_code, reason = "a function of a C library")]
        // SAFETY: the settings are valid; the decoder keeps its own reference to them.
        let raw = NonNull::new(unsafe { (library.ps_init)(settings.as_ptr()) });
        let Some(raw) = raw else {
            free(library, settings);
            return Err(failed("does not begin with its models"));
        };
        let decoder = Self { library, raw, settings };
        decoder.set_language(&setup.language)?;
        Ok(decoder)
    }

    /// Sets the language models, interpolated by their weights.
    fn set_language(&self, models: &[(PathBuf, f32)]) -> Result<(), SpeechError> {
        let (library, raw) = (self.library, self.raw.as_ptr());
        let mut read = Vec::new();
        for (path, _) in models {
            let path = c_path(path)?;
            #[expect(unsafe_code, reason = "functions of a C library")]
            // SAFETY: all pointers are valid; the model is owned by what it is added to.
            let model = unsafe {
                let log_math = (library.ps_get_logmath)(raw);
                (library.ngram_model_read)(self.settings.as_ptr(), path.as_ptr(), AUTO, log_math)
            };
            if model.is_null() {
                return Err(failed("cannot read a language model"));
            }
            read.push(model);
        }
        let names: Vec<CString> = (0..models.len())
            .map(|model| CString::new(model.to_string()).expect("digits have no zero byte"))
            .collect();
        let mut name_pointers: Vec<*mut c_char> =
            names.iter().map(|name| name.as_ptr().cast_mut()).collect();
        let weights: Vec<f32> = models.iter().map(|(_, weight)| *weight).collect();
        #[expect(unsafe_code, reason = "functions of a C library")]
        // SAFETY: three arrays of `models.len()` that live through the call, which copies the
        // names; the set owns the models, and the search keeps a reference to the set.
        let is_set = unsafe {
            let set = (library.ngram_model_set_init)(
                self.settings.as_ptr(),
                read.as_mut_ptr(),
                name_pointers.as_mut_ptr(),
                weights.as_ptr(),
                c_int::try_from(models.len()).unwrap_or(c_int::MAX),
            );
            let is_set = !set.is_null()
                && (library.ps_set_lm)(raw, c"language".as_ptr(), set) == 0
                && (library.ps_set_search)(raw, c"language".as_ptr()) == 0;
            if !set.is_null() {
                (library.ngram_model_free)(set);
            }
            is_set
        };
        if is_set { Ok(()) } else { Err(failed("does not take its language models")) }
    }

    /// Begins an utterance.
    ///
    /// # Errors
    /// One was not finished.
    pub(super) fn begin(&mut self) -> Result<(), SpeechError> {
        #[expect(unsafe_code, reason = "a function of a C library")]
        // SAFETY: the decoder is valid.
        let code = unsafe { (self.library.ps_start_utt)(self.raw.as_ptr()) };
        if code == 0 { Ok(()) } else { Err(failed("does not begin an utterance")) }
    }

    /// Hears more of the utterance.
    ///
    /// # Errors
    /// The decoder fails.
    pub(super) fn hear(&mut self, samples: &[i16]) -> Result<(), SpeechError> {
        #[expect(unsafe_code, reason = "a function of a C library")]
        // SAFETY: the decoder is valid, and the samples are only read during the call.
        let frames = unsafe {
            let (pointer, length) = (samples.as_ptr(), samples.len());
            (self.library.ps_process_raw)(self.raw.as_ptr(), pointer, length, 0, 0)
        };
        if frames >= 0 { Ok(()) } else { Err(failed("does not take more sound")) }
    }

    /// What seems to have been said so far.
    pub(super) fn so_far(&mut self) -> String {
        #[expect(unsafe_code, reason = "a function of a C library")]
        // SAFETY: the decoder is valid; its text is until the next call, and is copied before.
        unsafe {
            text((self.library.ps_get_hyp)(self.raw.as_ptr(), null_mut()))
        }
    }

    /// Ends the utterance. The times of its words count from its first sample.
    ///
    /// # Errors
    /// None was begun, or the decoder fails.
    pub(super) fn finish(&mut self) -> Result<Transcript, SpeechError> {
        #[expect(unsafe_code, reason = "a function of a C library")]
        // SAFETY: the decoder is valid.
        let code = unsafe { (self.library.ps_end_utt)(self.raw.as_ptr()) };
        if code != 0 {
            return Err(failed("does not end an utterance"));
        }
        let words = self.words();
        let texts: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
        Ok(Transcript { text: texts.join(" "), words })
    }

    /// The words of the utterance that was ended.
    fn words(&mut self) -> Vec<Word> {
        let library = self.library;
        let mut words = Vec::new();
        #[expect(unsafe_code, reason = "functions of a C library")]
        // SAFETY: the decoder is valid; the iterator is until `ps_seg_next` says null, which frees
        // it; the text of a word is copied before the next call.
        unsafe {
            let log_math = (library.ps_get_logmath)(self.raw.as_ptr());
            let mut segment = (library.ps_seg_iter)(self.raw.as_ptr());
            while !segment.is_null() {
                let text = text((library.ps_seg_word)(segment));
                let (mut first, mut last) = (0, 0);
                (library.ps_seg_frames)(segment, &mut first, &mut last);
                let log = (library.ps_seg_prob)(segment, null_mut(), null_mut(), null_mut());
                let confidence = (library.logmath_exp)(log_math, log) as f32;
                if let Some(text) = word(&text) {
                    words.push(Word {
                        text: text.to_owned(),
                        start_s: first as f32 / FRAMES_A_SECOND,
                        end_s: (last + 1) as f32 / FRAMES_A_SECOND,
                        confidence: confidence.clamp(0.0, 1.0),
                    });
                }
                segment = (library.ps_seg_next)(segment);
            }
        }
        words
    }
}

impl Drop for Decoder {
    fn drop(&mut self) {
        #[expect(unsafe_code, reason = "a function of a C library")]
        // SAFETY: nothing else refers to the decoder.
        unsafe {
            (self.library.ps_free)(self.raw.as_ptr());
        }
        free(self.library, self.settings);
    }
}

/// Settings of a decoder. Whoever gets them frees them.
fn settings(library: &Library, setup: &Setup) -> Result<NonNull<Settings>, SpeechError> {
    let arguments = [
        // The first is the name of a program.
        c"weir".to_owned(),
        c"-hmm".to_owned(),
        c_path(&setup.acoustic)?,
        c"-dict".to_owned(),
        c_path(&setup.dictionary)?,
        // What is silence is decided before, and times of words must not leave any out.
        c"-remove_silence".to_owned(),
        c"no".to_owned(),
        // Hypotheses that are followed at once: half the work (0.11 of real time, for 0.22), at 4
        // words more that are wrong among 1,100 of sentences spoken by flite.
        c"-maxhmmpf".to_owned(),
        c"2000".to_owned(),
        c"-maxwpf".to_owned(),
        c"10".to_owned(),
    ];
    let mut pointers: Vec<*mut c_char> =
        arguments.iter().map(|argument| argument.as_ptr().cast_mut()).collect();
    let count = c_int::try_from(pointers.len()).unwrap_or(c_int::MAX);
    #[expect(unsafe_code, reason = "functions of a C library")]
    // SAFETY: `count` strings that live through the call, which copies them and writes to none.
    let settings = unsafe {
        let known = (library.ps_args)();
        (library.cmd_ln_parse_r)(null_mut(), known, count, pointers.as_mut_ptr(), 1)
    };
    NonNull::new(settings).ok_or_else(|| failed("does not take its settings"))
}

fn free(library: &Library, settings: NonNull<Settings>) {
    #[expect(unsafe_code, reason = "a function of a C library")]
    // SAFETY: they were made by `settings`, and each time this is called once for them.
    unsafe {
        (library.cmd_ln_free_r)(settings.as_ptr());
    }
}

fn c_path(path: &Path) -> Result<CString, SpeechError> {
    CString::new(path.as_os_str().as_encoded_bytes())
        .map_err(|_| SpeechError::Missing("a path of a model has a zero byte".to_owned()))
}

fn failed(what: &str) -> SpeechError {
    SpeechError::Failed(format!("PocketSphinx {what}"))
}

/// A text of the library, which may have none.
#[expect(unsafe_code, reason = "a string of a C library")]
unsafe fn text(pointer: *const c_char) -> String {
    if pointer.is_null() {
        return String::new();
    }
    // SAFETY: whoever calls says that it is a string of the library, valid until its next call.
    unsafe { CStr::from_ptr(pointer) }.to_string_lossy().into_owned()
}

/// A word as people write it: `read(2)` is the second pronunciation of `read`, and `<sil>` and
/// `[NOISE]` are none.
fn word(text: &str) -> Option<&str> {
    if text.starts_with(['<', '[', '+']) {
        return None;
    }
    text.split('(').next().filter(|word| !word.is_empty())
}
