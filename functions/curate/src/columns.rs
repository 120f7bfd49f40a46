//! Rows as the columns of a Parquet file. The same rows give the same bytes.

use contract::rates::Batch;
use parquet::{
    basic::{Compression, ZstdLevel},
    column::writer::ColumnWriterImpl,
    data_type::{ByteArray, ByteArrayType, DataType, Int32Type},
    errors::ParquetError,
    file::{
        metadata::SortingColumn,
        properties::{WriterProperties, WriterPropertiesPtr},
        writer::{SerializedFileWriter, SerializedRowGroupWriter},
    },
    schema::{parser::parse_message_type, types::TypePtr},
};
use std::{io::Write, sync::Arc};

use crate::row::Row;

/// Rows that are read together: what Athena gives one reader, some twenty megabytes in memory.
pub(crate) const GROUP: usize = 1_000_000;

/// Rows that are handed to a column at once.
const STEP: usize = 8_192;

const SCHEMA: &str = "message prices {
    required binary orig_code (string);
    required binary dest_code (string);
    required int32 day (date);
    required int32 price;
    required binary batch (string);
}";

/// A file that is being written. What is finished of it is taken away from it bit by bit.
pub(crate) struct Columns {
    writer: SerializedFileWriter<Vec<u8>>,
    batch: ByteArray,
}

impl Columns {
    pub(crate) fn new(batch: &Batch) -> Result<Self, ParquetError> {
        let schema: TypePtr = Arc::new(parse_message_type(SCHEMA)?);
        let batch = ByteArray::from(batch.run.as_str().as_bytes().to_vec());
        Ok(Self { writer: SerializedFileWriter::new(Vec::new(), schema, properties()?)?, batch })
    }

    /// Adds rows that are read together, and gives what the file has grown by.
    pub(crate) fn add(&mut self, rows: &[Row]) -> Result<Vec<u8>, ParquetError> {
        let mut group = self.writer.next_row_group()?;
        write::<ByteArrayType>(&mut group, rows, |rows| codes(rows, Row::orig))?;
        write::<ByteArrayType>(&mut group, rows, |rows| codes(rows, Row::dest))?;
        write::<Int32Type>(&mut group, rows, |rows| rows.iter().map(|row| row.day()).collect())?;
        write::<Int32Type>(&mut group, rows, |rows| rows.iter().map(|row| row.price()).collect())?;
        write::<ByteArrayType>(&mut group, rows, |rows| vec![self.batch.clone(); rows.len()])?;
        group.close()?;
        self.writer.flush()?;
        Ok(std::mem::take(self.writer.inner_mut()))
    }

    /// The end of the file.
    pub(crate) fn finish(self) -> Result<Vec<u8>, ParquetError> {
        self.writer.into_inner()
    }
}

fn properties() -> Result<WriterPropertiesPtr, ParquetError> {
    let sorted = (0..4).map(|column_idx| SortingColumn { column_idx, descending: false, nulls_first: false });
    let properties = WriterProperties::builder()
        .set_created_by("millrace".to_owned())
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(3)?))
        .set_sorting_columns(Some(sorted.collect()));
    Ok(Arc::new(properties.build()))
}

fn write<T: DataType>(
    group: &mut SerializedRowGroupWriter<'_, impl Write + Send>,
    rows: &[Row],
    values: impl Fn(&[Row]) -> Vec<T::T>,
) -> Result<(), ParquetError> {
    let Some(mut column) = group.next_column()? else {
        return Err(ParquetError::General("the schema has fewer columns than a price".to_owned()));
    };
    let typed: &mut ColumnWriterImpl<'_, T> = column.typed::<T>();
    for rows in rows.chunks(STEP) {
        typed.write_batch(&values(rows), None, None)?;
    }
    column.close()
}

/// Codes that share one allocation, and one count for as long as they are the same.
fn codes(rows: &[Row], code: impl Fn(Row) -> [u8; 5]) -> Vec<ByteArray> {
    let texts: Vec<u8> = rows.iter().flat_map(|row| code(*row)).collect();
    let texts = ByteArray::from(texts);
    (0..rows.len()).map(|row| texts.slice(row * 5, 5)).collect()
}
