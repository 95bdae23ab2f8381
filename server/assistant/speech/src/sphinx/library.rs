//! The two libraries of PocketSphinx, loaded when they are first needed.

use std::ffi::{c_char, c_double, c_int, c_void};
use std::sync::OnceLock;

use libloading::Library as File;

use crate::SpeechError;

/// What has to be installed, where something of it is not there.
pub(super) const INSTALL: &str = "apt install pocketsphinx pocketsphinx-en-us";

/// `cmd_ln_t`: the settings of a decoder.
#[repr(C)]
pub(super) struct Settings(c_void);
/// `arg_t`: which settings there are.
#[repr(C)]
pub(super) struct Known(c_void);
/// `ps_decoder_t`.
#[repr(C)]
pub(super) struct RawDecoder(c_void);
/// `ps_seg_t`: a place in the words of a result.
#[repr(C)]
pub(super) struct Segment(c_void);
/// `logmath_t`: the base of its logarithms.
#[repr(C)]
pub(super) struct LogMath(c_void);
/// `ngram_model_t`: a language model.
#[repr(C)]
pub(super) struct Ngrams(c_void);

/// Declares the functions that are used, and finds them.
macro_rules! functions {
    ($($file:ident: $name:ident($($argument:ty),*) $(-> $result:ty)?;)*) => {
        /// The functions that are used, as `pocketsphinx.h` and `sphinxbase/*.h` of 5prealpha
        /// declare them.
        pub(super) struct Library {
            $(pub(super) $name: unsafe extern "C" fn($($argument),*) $(-> $result)?,)*
        }

        impl Library {
            fn find(sphinx: &File, base: &File) -> Result<Self, libloading::Error> {
                Ok(Self {
                    $($name: {
                        let file = functions!(@file $file sphinx base);
                        #[expect(unsafe_code, reason = "functions of a C library")]
                        // SAFETY: the type is that of the header; the library is never unloaded.
                        unsafe { *file.get(concat!(stringify!($name), "\0"))? }
                    },)*
                })
            }
        }
    };
    (@file sphinx $sphinx:ident $base:ident) => { $sphinx };
    (@file base $sphinx:ident $base:ident) => { $base };
}

functions! {
    base: err_set_callback(Option<extern "C" fn()>, *mut c_void);
    base: err_set_logfp(*mut c_void);
    base: cmd_ln_parse_r(*mut Settings, *const Known, c_int, *mut *mut c_char, c_int) -> *mut Settings;
    base: cmd_ln_free_r(*mut Settings) -> c_int;
    base: logmath_exp(*mut LogMath, c_int) -> c_double;
    base: ngram_model_read(*mut Settings, *const c_char, c_int, *mut LogMath) -> *mut Ngrams;
    base: ngram_model_set_init(*mut Settings, *mut *mut Ngrams, *mut *mut c_char, *const f32, c_int) -> *mut Ngrams;
    base: ngram_model_free(*mut Ngrams) -> c_int;
    sphinx: ps_args() -> *const Known;
    sphinx: ps_init(*mut Settings) -> *mut RawDecoder;
    sphinx: ps_free(*mut RawDecoder) -> c_int;
    sphinx: ps_set_lm(*mut RawDecoder, *const c_char, *mut Ngrams) -> c_int;
    sphinx: ps_set_search(*mut RawDecoder, *const c_char) -> c_int;
    sphinx: ps_get_logmath(*mut RawDecoder) -> *mut LogMath;
    sphinx: ps_start_utt(*mut RawDecoder) -> c_int;
    sphinx: ps_process_raw(*mut RawDecoder, *const i16, usize, c_int, c_int) -> c_int;
    sphinx: ps_end_utt(*mut RawDecoder) -> c_int;
    sphinx: ps_get_hyp(*mut RawDecoder, *mut c_int) -> *const c_char;
    sphinx: ps_seg_iter(*mut RawDecoder) -> *mut Segment;
    sphinx: ps_seg_next(*mut Segment) -> *mut Segment;
    sphinx: ps_seg_word(*mut Segment) -> *const c_char;
    sphinx: ps_seg_frames(*mut Segment, *mut c_int, *mut c_int);
    sphinx: ps_seg_prob(*mut Segment, *mut c_int, *mut c_int, *mut c_int) -> c_int;
}

impl Library {
    /// The library: loaded once, and never unloaded.
    ///
    /// # Errors
    /// It is not installed.
    pub(super) fn get() -> Result<&'static Self, SpeechError> {
        static LOADED: OnceLock<Result<Library, String>> = OnceLock::new();
        let loaded = LOADED.get_or_init(|| Self::load().map_err(|error| error.to_string()));
        loaded.as_ref().map_err(|why| {
            SpeechError::Missing(format!("PocketSphinx cannot be loaded ({why}): {INSTALL}"))
        })
    }

    fn load() -> Result<Self, libloading::Error> {
        let open = |name| {
            #[expect(unsafe_code, reason = "PocketSphinx is a C library")]
            // SAFETY: neither library does anything when it is loaded.
            unsafe {
                File::new(name)
            }
        };
        let base = open("libsphinxbase.so.3")?;
        let sphinx = open("libpocketsphinx.so.3")?;
        let library = Self::find(&sphinx, &base)?;
        // Its functions are used as long as the program runs.
        std::mem::forget((base, sphinx));
        #[expect(unsafe_code, reason = "functions of a C library")]
        // SAFETY: without a function to call and a file (`err.c` takes null for both) it writes no
        // log, which is wanted: what people said would be in it.
        unsafe {
            (library.err_set_callback)(None, std::ptr::null_mut());
            (library.err_set_logfp)(std::ptr::null_mut());
        }
        Ok(library)
    }
}
