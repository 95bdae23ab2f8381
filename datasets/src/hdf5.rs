//! The file library: hdf5-pure, which needs no C.

use std::collections::HashMap;
use std::io::Write;
use std::path::Path;

use hdf5_pure::{
    AttrValue, DType, Dataset, Error, File, FileBuilder, FormatError, H5Element, Layout,
    make_f32_type, make_i64_type,
};

use crate::Fault;
use crate::store::{Attribute, Sink, Source};

/// How much larger an array may be than the whole file it is in: deflate's best.
/// A damaged shape must not make us ask for all of the memory.
const LARGEST_RATIO: u64 = 1032;

/// A file being put together in memory.
pub(crate) struct Builder(FileBuilder);

impl Builder {
    pub(crate) fn new() -> Self {
        Self(FileBuilder::new())
    }

    fn array<const SIZE: usize>(
        &mut self,
        name: &str,
        shape: &[usize],
        datatype: hdf5_pure::Datatype,
        values: impl Iterator<Item = [u8; SIZE]>,
    ) {
        let count: usize = shape.iter().product();
        let mut bytes = Vec::with_capacity(count * SIZE);
        bytes.extend(values.flatten());
        debug_assert_eq!(bytes.len(), count * SIZE);
        let shape: Vec<u64> = shape.iter().map(|&length| length as u64).collect();
        let dataset = self.0.create_dataset(name);
        dataset.with_raw_data(datatype, bytes, count as u64).with_shape(&shape);
    }
}

impl Sink for Builder {
    fn attribute(&mut self, name: &str, value: Attribute) {
        let value = match value {
            // Of variable length: its bytes live outside the attribute, which
            // itself can be no longer than 64 KiB. Scenes can.
            Attribute::Text(text) => AttrValue::VarLenString(text.to_owned()),
            Attribute::Real(number) => AttrValue::F64(number),
            Attribute::Whole(number) => AttrValue::I64(number),
        };
        self.0.set_attr(name, value);
    }

    fn floats(&mut self, name: &str, shape: &[usize], values: impl Iterator<Item = f32>) {
        self.array(name, shape, make_f32_type(), values.map(f32::to_le_bytes));
    }

    fn integers(&mut self, name: &str, shape: &[usize], values: impl Iterator<Item = i64>) {
        self.array(name, shape, make_i64_type(), values.map(i64::to_le_bytes));
    }

    fn finish(self, out: impl Write) -> Result<(), Fault> {
        self.0.finish_to(out).map_err(|error| match error {
            Error::Io(source) => Fault::io("write")(source),
            other => Fault::Damaged { item: "the file".to_owned(), reason: other.to_string() },
        })
    }
}

/// A file being read; all of it is in memory. Read piece by piece, hdf5-pure
/// takes the size of a damaged chunk on trust and asks for that much memory.
/// Held in memory, no damage we tried made it panic or grow: a quarter of a
/// million changed bytes in files of its own and of h5py's.
pub(crate) struct Reader {
    file: File,
    attributes: HashMap<String, AttrValue>,
}

impl Reader {
    pub(crate) fn open(path: &Path) -> Result<Self, Fault> {
        let file = File::open(path).map_err(|error| match error {
            Error::Io(source) => Fault::Io { doing: "open", source },
            other => Fault::NotHdf5 { reason: other.to_string() },
        })?;
        Self::read(file)
    }

    /// A file that is in memory already.
    pub(crate) fn of(bytes: Vec<u8>) -> Result<Self, Fault> {
        let unreadable = |error: Error| Fault::NotHdf5 { reason: error.to_string() };
        Self::read(File::from_bytes(bytes).map_err(unreadable)?)
    }

    fn read(file: File) -> Result<Self, Fault> {
        let attributes =
            file.root().attrs().map_err(|error| damaged("the attributes".to_owned(), &error))?;
        Ok(Self { file, attributes })
    }

    fn attribute<T>(
        &self,
        name: &str,
        takes: &str,
        convert: impl FnOnce(&AttrValue) -> Option<T>,
    ) -> Result<T, Fault> {
        let item = format!("attribute `{name}`");
        let Some(value) = self.attributes.get(name) else {
            return Err(Fault::Missing { item });
        };
        convert(value).ok_or_else(|| Fault::form(item, value.type_name(), takes))
    }

    fn array<T: H5Element, const RANK: usize>(
        &self,
        name: &str,
        takes: &DType,
    ) -> Result<([usize; RANK], Vec<T>), Fault> {
        let item = format!("dataset `{name}`");
        let failed = |error: &Error| damaged(item.clone(), error);
        let dataset = self.file.dataset(name).map_err(|error| match error {
            Error::Format(FormatError::PathNotFound(_)) => Fault::Missing { item: item.clone() },
            other => failed(&other),
        })?;
        let got = dataset.dtype().map_err(|error| failed(&error))?;
        if got != *takes {
            return Err(Fault::form(item, got, takes));
        }
        let shape = self.checked_shape(&dataset, &item)?;
        let values = dataset.read::<T>().map_err(|error| failed(&error))?;
        let count: usize = shape.iter().product();
        if values.len() != count {
            return Err(Fault::form(item, format!("{} values", values.len()), count));
        }
        Ok((shape, values))
    }

    /// The dataset's shape, if it has `RANK` indices and fits the file's size.
    fn checked_shape<const RANK: usize>(
        &self,
        dataset: &Dataset,
        item: &str,
    ) -> Result<[usize; RANK], Fault> {
        let failed = |error: &Error| damaged(item.to_owned(), error);
        let shape = dataset.shape().map_err(|error| failed(&error))?;
        let form = |takes: String| Fault::form(item.to_owned(), format!("shape {shape:?}"), takes);
        let element_bytes = dataset.element_size().map_err(|error| failed(&error))?;
        let bytes = shape.iter().try_fold(element_bytes, |bytes, &n| bytes.checked_mul(n));
        let most_bytes = self.file.file_size().saturating_mul(LARGEST_RATIO);
        if bytes.is_none_or(|bytes| bytes > most_bytes) {
            return Err(form(format!("what fits a file of {} bytes", self.file.file_size())));
        }
        let lengths: Option<Vec<usize>> = shape.iter().map(|&n| n.try_into().ok()).collect();
        let lengths = lengths.and_then(|lengths| lengths.try_into().ok());
        lengths.ok_or_else(|| form(format!("{RANK} indices")))
    }
}

impl Source for Reader {
    fn text(&self, name: &str) -> Result<String, Fault> {
        self.attribute(name, "text", |value| value.as_str().map(str::to_owned))
    }

    fn real(&self, name: &str) -> Result<f64, Fault> {
        self.attribute(name, "a number", AttrValue::as_f64)
    }

    fn whole(&self, name: &str) -> Result<i64, Fault> {
        self.attribute(name, "a whole number", AttrValue::as_i64)
    }

    fn floats<const RANK: usize>(&self, name: &str) -> Result<([usize; RANK], Vec<f32>), Fault> {
        self.array(name, &DType::F32)
    }

    fn integers<const RANK: usize>(&self, name: &str) -> Result<([usize; RANK], Vec<i64>), Fault> {
        self.array(name, &DType::I64)
    }
}

fn damaged(item: String, error: &Error) -> Fault {
    Fault::Damaged { item, reason: error.to_string() }
}

/// Where in a file an array's numbers are, one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Extent<const RANK: usize> {
    /// Lengths of its indices.
    pub(crate) shape: [usize; RANK],
    /// Byte of the file that it starts at; 0 if it is empty.
    pub(crate) offset: u64,
}

/// A file of which only the headers are read. [`crate::trajectory`] writes arrays
/// in one piece, so a part of one can be read without this library.
pub(crate) struct Headers(File);

impl Headers {
    pub(crate) fn open(path: &Path) -> Result<Self, Fault> {
        File::open_streaming(path).map(Self).map_err(|error| match error {
            Error::Io(source) if source.kind() == std::io::ErrorKind::NotFound => Fault::Absent,
            Error::Io(source) => Fault::io("open")(source),
            other => Fault::NotHdf5 { reason: other.to_string() },
        })
    }

    /// Where an array of single precision is, if it is in one piece.
    pub(crate) fn floats<const RANK: usize>(&self, name: &str) -> Result<Extent<RANK>, Fault> {
        let item = format!("dataset `{name}`");
        let failed = |error: Error| damaged(item.clone(), &error);
        let dataset = self.0.dataset(name).map_err(|error| match error {
            Error::Format(FormatError::PathNotFound(_)) => Fault::Missing { item: item.clone() },
            other => failed(other),
        })?;
        let got = dataset.dtype().map_err(failed)?;
        if got != DType::F32 {
            return Err(Fault::form(item, got, DType::F32));
        }
        let lengths = dataset.shape().map_err(failed)?;
        let shape: Option<Vec<usize>> = lengths.iter().map(|&n| n.try_into().ok()).collect();
        let Some(shape) = shape.and_then(|shape| <[usize; RANK]>::try_from(shape).ok()) else {
            return Err(Fault::form(item, format!("shape {lengths:?}"), format!("{RANK} indices")));
        };
        let bytes = lengths.iter().try_fold(4_u64, |bytes, &n| bytes.checked_mul(n));
        let file_bytes = self.0.file_size();
        match (bytes, dataset.layout().map_err(failed)?) {
            (Some(0), _) => Ok(Extent { shape, offset: 0 }),
            (Some(bytes), Layout::Contiguous { address: Some(offset), size })
                if size == bytes
                    && offset.checked_add(bytes).is_some_and(|end| end <= file_bytes) =>
            {
                Ok(Extent { shape, offset })
            }
            (_, layout) => {
                let takes = format!("one piece within a file of {file_bytes} bytes");
                Err(Fault::form(item, format!("{layout:?} for shape {shape:?}"), takes))
            }
        }
    }
}
