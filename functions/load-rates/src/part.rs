//! One part of a batch: a Parquet file, read by its columns, a bit at a time.

use parquet::{
    basic::{ConvertedType, LogicalType, Type},
    column::reader::{ColumnReader, ColumnReaderImpl, get_typed_column_reader},
    data_type::{ByteArray, ByteArrayType, DataType, Int32Type},
    file::reader::{FileReader, SerializedFileReader},
    schema::types::ColumnDescriptor,
};
use std::{
    fs::File,
    panic::{AssertUnwindSafe, catch_unwind},
};

/// Rows that are in memory at once.
const CHUNK: usize = 8_192;

/// The columns that are loaded, by their names.
const COLUMNS: [(&str, Type); 4] =
    [("orig_code", Type::BYTE_ARRAY), ("dest_code", Type::BYTE_ARRAY), ("day", Type::INT32), ("price", Type::INT32)];

pub(crate) struct Part {
    reader: SerializedFileReader<File>,
    places: [usize; 4],
    next_group: usize,
    group: Option<Group>,
}

/// The columns of a row group, each at the same row.
struct Group {
    orig: Column<ByteArrayType>,
    dest: Column<ByteArrayType>,
    day: Column<Int32Type>,
    price: Column<Int32Type>,
}

struct Column<T: DataType> {
    reader: ColumnReaderImpl<T>,
    levels: Vec<i16>,
    values: Vec<T::T>,
}

/// Rows, as four lists of the same length.
pub(crate) struct Chunk<'a> {
    pub(crate) orig: &'a [ByteArray],
    pub(crate) dest: &'a [ByteArray],
    /// Since 1970-01-01.
    pub(crate) day: &'a [i32],
    pub(crate) price: &'a [i32],
}

impl Part {
    /// Reads what the file says of itself.
    pub(crate) fn open(file: File) -> Result<Self, String> {
        guarded(|| Self::look(file))
    }

    fn look(file: File) -> Result<Self, String> {
        let reader = SerializedFileReader::new(file).map_err(|error| format!("it is no Parquet: {error}"))?;
        let schema = reader.metadata().file_metadata().schema_descr_ptr();
        let mut places = [0; 4];
        for (place, (name, kind)) in places.iter_mut().zip(COLUMNS) {
            let found = schema.columns().iter().position(|column| column.path().string() == name);
            *place = found.ok_or_else(|| format!("it has no column {name}"))?;
            let column = schema.column(*place);
            let is_flat = column.max_rep_level() == 0 && column.max_def_level() <= 1;
            if column.physical_type() != kind || !is_flat || (name == "day" && !is_date(&column)) {
                return Err(format!("its column {name} is of another type"));
            }
        }
        Ok(Self { reader, places, next_group: 0, group: None })
    }

    /// The next rows, none at the end.
    pub(crate) fn next(&mut self) -> Result<Option<Chunk<'_>>, String> {
        guarded(|| self.read())?;
        Ok(self.group.as_ref().map(Group::chunk))
    }

    /// No group is left at the end.
    fn read(&mut self) -> Result<(), String> {
        loop {
            if self.group.is_none() && !self.begin_group().map_err(broken)? {
                return Ok(());
            }
            if self.group.as_mut().map_or(Ok(0), Group::read)? > 0 {
                return Ok(());
            }
            self.group = None;
        }
    }

    fn begin_group(&mut self) -> parquet::errors::Result<bool> {
        if self.next_group == self.reader.num_row_groups() {
            return Ok(false);
        }
        let group = self.reader.get_row_group(self.next_group)?;
        let [orig, dest, day, price] = self.places;
        self.group = Some(Group {
            orig: Column::new(group.get_column_reader(orig)?),
            dest: Column::new(group.get_column_reader(dest)?),
            day: Column::new(group.get_column_reader(day)?),
            price: Column::new(group.get_column_reader(price)?),
        });
        self.next_group += 1;
        Ok(true)
    }
}

impl Group {
    fn read(&mut self) -> Result<usize, String> {
        let counts = [self.orig.read()?, self.dest.read()?, self.day.read()?, self.price.read()?];
        if counts.iter().any(|count| *count != counts[0]) {
            return Err("its columns are not of the same length".to_owned());
        }
        Ok(counts[0])
    }

    fn chunk(&self) -> Chunk<'_> {
        Chunk { orig: &self.orig.values, dest: &self.dest.values, day: &self.day.values, price: &self.price.values }
    }
}

impl<T: DataType> Column<T> {
    fn new(reader: ColumnReader) -> Self {
        Self { reader: get_typed_column_reader(reader), levels: Vec::new(), values: Vec::new() }
    }

    /// How many rows were read, each of which has a value.
    fn read(&mut self) -> Result<usize, String> {
        self.levels.clear();
        self.values.clear();
        let levels = Some(&mut self.levels);
        let (rows, values, _) = self.reader.read_records(CHUNK, levels, None, &mut self.values).map_err(broken)?;
        if rows == values { Ok(rows) } else { Err("a value is missing in it".to_owned()) }
    }
}

/// At some files that somebody has spoilt the reader of Parquet panics. After that nothing of it is used any more.
fn guarded<T>(read: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| Err("it is broken: the reader gave up on it".to_owned()))
}

fn is_date(column: &ColumnDescriptor) -> bool {
    column.logical_type_ref() == Some(&LogicalType::Date) || column.converted_type() == ConvertedType::DATE
}

#[expect(clippy::needless_pass_by_value, reason = "it is given to map_err")]
fn broken(error: parquet::errors::ParquetError) -> String {
    format!("it is broken: {error}")
}
