//! NumPy arrays within a NumPy array, which NumPy keeps as a pickle.
//!
//! geoelements/gns holds each run as an array of two objects, positions and
//! types. An `.npy` file of objects is a header and a pickle of the array; the
//! pickle here says, in protocol 4's few instructions that are needed,
//! `numpy.ndarray(shape, dtype, buffer)` for each and sets both into a third.

use std::io::{self, Write};

/// A plain array.
pub(super) struct Array {
    pub(super) shape: Vec<usize>,
    /// NumPy's name of the type of its numbers, `"<f4"`.
    pub(super) kind: &'static str,
    pub(super) bytes: Vec<u8>,
}

const MARK: u8 = b'(';
const TUPLE: u8 = b't';
const TUPLE1: u8 = 0x85;
const TUPLE2: u8 = 0x86;
const REDUCE: u8 = b'R';
const BUILD: u8 = b'b';
const STOP: u8 = b'.';
const INT: u8 = b'J';
const FALSE: u8 = 0x89;
const EMPTY_LIST: u8 = b']';
const APPENDS: u8 = b'e';

/// Writes an `.npy` file: an array of objects that are arrays.
pub(super) fn write(out: &mut impl Write, arrays: &[Array]) -> io::Result<()> {
    header(out, arrays.len())?;
    out.write_all(&[0x80, 4])?;
    // An array of objects, empty, whose state is set below.
    global(out, "numpy", "ndarray")?;
    shape(out, &[arrays.len()])?;
    text(out, "O")?;
    out.write_all(&[TUPLE2, REDUCE])?;
    // Its state: version, shape, type, whether by columns, and the objects.
    out.write_all(&[MARK])?;
    int(out, 1)?;
    shape(out, &[arrays.len()])?;
    global(out, "numpy", "dtype")?;
    text(out, "O")?;
    out.write_all(&[TUPLE1, REDUCE, FALSE, EMPTY_LIST, MARK])?;
    for array in arrays {
        global(out, "numpy", "ndarray")?;
        out.write_all(&[MARK])?;
        shape(out, &array.shape)?;
        text(out, array.kind)?;
        // A bytearray, which unlike bytes makes an array that can be written to.
        global(out, "builtins", "bytearray")?;
        out.write_all(&[0x8e])?;
        out.write_all(&(array.bytes.len() as u64).to_le_bytes())?;
        out.write_all(&array.bytes)?;
        out.write_all(&[TUPLE1, REDUCE, TUPLE, REDUCE])?;
    }
    out.write_all(&[APPENDS, TUPLE, BUILD, STOP])
}

/// The head of an `.npy` file, version 1.
fn header(out: &mut impl Write, length: usize) -> io::Result<()> {
    let text = format!("{{'descr': '|O', 'fortran_order': False, 'shape': ({length},), }}");
    // Magic, version, length and text end at a multiple of 64.
    let padded = (text.len() + 1 + 10).next_multiple_of(64) - 10;
    out.write_all(b"\x93NUMPY\x01\x00")?;
    out.write_all(&(padded as u16).to_le_bytes())?;
    writeln!(out, "{text:<width$}", width = padded - 1)
}

fn global(out: &mut impl Write, module: &str, name: &str) -> io::Result<()> {
    write!(out, "c{module}\n{name}\n")
}

fn text(out: &mut impl Write, text: &str) -> io::Result<()> {
    out.write_all(&[0x8c, text.len() as u8])?;
    out.write_all(text.as_bytes())
}

fn int(out: &mut impl Write, value: i32) -> io::Result<()> {
    out.write_all(&[INT])?;
    out.write_all(&value.to_le_bytes())
}

fn shape(out: &mut impl Write, lengths: &[usize]) -> io::Result<()> {
    out.write_all(&[MARK])?;
    for &length in lengths {
        let length = i32::try_from(length).map_err(|_| io::ErrorKind::InvalidInput)?;
        int(out, length)?;
    }
    out.write_all(&[TUPLE])
}
