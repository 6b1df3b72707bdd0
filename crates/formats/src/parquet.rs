//! Apache Parquet. Rows wait in memory until they fill a row group of some megabytes.

use std::io::Write;
use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int32Type, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::Type;
use serde_json::json;

use crate::measure::{Content, Measured, Slot, Value, measure};
use crate::{FormatError, Table, Take};

/// Bytes of values that wait before a row group is written.
const GROUP: usize = 8 << 20;

impl From<ParquetError> for FormatError {
    fn from(error: ParquetError) -> FormatError {
        match error {
            ParquetError::External(error) => match error.downcast::<std::io::Error>() {
                Ok(error) => FormatError::Io(*error),
                Err(error) => FormatError::Io(std::io::Error::other(error)),
            },
            error => FormatError::Io(std::io::Error::other(error)),
        }
    }
}

pub(crate) fn write<E: From<FormatError>>(
    table: &Table,
    rows: &mut dyn FnMut(&mut Take<'_, E>) -> Result<(), E>,
    out: &mut (dyn Write + Send),
) -> Result<(), E> {
    let measured = measure(table, rows)?;
    let mut writer = begin(table, &measured, out)?;
    let mut waiting: Vec<Waiting> = measured.slots.iter().map(Waiting::new).collect();
    let mut bytes = 0;
    let mut count = 0;
    rows(&mut |row| {
        count += 1;
        for (slot, waiting) in measured.slots.iter().zip(&mut waiting) {
            bytes += waiting.take(slot, row);
        }
        if bytes >= GROUP {
            bytes = 0;
            write_group(&mut writer, &mut waiting)?;
        }
        Ok(())
    })?;
    if count != measured.rows {
        return Err(FormatError::Changed.into());
    }
    write_group(&mut writer, &mut waiting)?;
    writer.close().map_err(FormatError::from)?;
    Ok(())
}

fn begin<'o>(
    table: &Table,
    measured: &Measured,
    out: &'o mut (dyn Write + Send),
) -> Result<SerializedFileWriter<&'o mut (dyn Write + Send)>, FormatError> {
    let fields =
        measured.slots.iter().map(|slot| field(slot).map(Arc::new)).collect::<Result<Vec<_>, _>>()?;
    let schema = Type::group_type_builder("rows").with_fields(fields).build()?;
    let labels: serde_json::Map<_, _> =
        measured.slots.iter().map(|slot| (slot.path.clone(), label(slot))).collect();
    let labels = json!({ "title": table.title, "columns": labels });
    let properties = WriterProperties::builder()
        .set_created_by(concat!("Deungdae ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_compression(Compression::SNAPPY)
        .set_key_value_metadata(Some(vec![KeyValue::new("deungdae".to_owned(), labels.to_string())]))
        .build();
    Ok(SerializedFileWriter::new(out, Arc::new(schema), Arc::new(properties))?)
}

fn field(slot: &Slot) -> Result<Type, ParquetError> {
    let (physical, logical) = match slot.content {
        Content::Text | Content::Choice(_) => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        Content::Integer { .. } => (Physical::INT64, None),
        Content::Decimal => (Physical::DOUBLE, None),
        Content::Date => (Physical::INT32, Some(LogicalType::Date)),
        Content::Moment => (Physical::INT64, Some(LogicalType::timestamp(true, TimeUnit::MILLIS))),
        Content::Flag => (Physical::BOOLEAN, None),
    };
    Type::primitive_type_builder(&slot.path, physical)
        .with_logical_type(logical)
        .with_repetition(Repetition::OPTIONAL)
        .build()
}

fn label(slot: &Slot) -> serde_json::Value {
    match &slot.content {
        Content::Choice(codes) => {
            let choices: serde_json::Map<_, _> =
                codes.entries.iter().map(|(_, code, label)| (code.clone(), json!(label))).collect();
            json!({ "label": slot.label, "choices": choices })
        }
        _ => json!({ "label": slot.label }),
    }
}

/// Values of one column that wait for their row group.
struct Waiting {
    /// 1 where there is a value.
    present: Vec<i16>,
    values: Values,
}

enum Values {
    Texts(Vec<ByteArray>),
    Integers(Vec<i64>),
    Days(Vec<i32>),
    Decimals(Vec<f64>),
    Flags(Vec<bool>),
}

impl Waiting {
    fn new(slot: &Slot) -> Waiting {
        let values = match slot.content {
            Content::Text | Content::Choice(_) => Values::Texts(Vec::new()),
            Content::Integer { .. } | Content::Moment => Values::Integers(Vec::new()),
            Content::Decimal => Values::Decimals(Vec::new()),
            Content::Date => Values::Days(Vec::new()),
            Content::Flag => Values::Flags(Vec::new()),
        };
        Waiting { present: Vec::new(), values }
    }

    /// Takes a row's value and tells about how many bytes it needs here.
    fn take(&mut self, slot: &Slot, row: &[&str]) -> usize {
        let mut bytes = 10;
        let taken = match (&mut self.values, slot.value(row)) {
            (_, Value::Missing) => false,
            (Values::Texts(texts), _) => {
                let text = slot.text(row);
                bytes += size_of::<ByteArray>() + text.len();
                texts.push(ByteArray::from(text));
                true
            }
            (Values::Integers(values), Value::Integer(value) | Value::Moment(value)) => {
                values.push(value);
                true
            }
            (Values::Decimals(values), Value::Decimal(value)) => {
                values.push(value);
                true
            }
            (Values::Days(values), Value::Date(value)) => {
                values.push(value);
                true
            }
            (Values::Flags(values), Value::Flag(value)) => {
                values.push(value);
                true
            }
            // Measuring made a column of text of every column that holds something else.
            _ => false,
        };
        self.present.push(i16::from(taken));
        bytes
    }
}

fn write_group(
    writer: &mut SerializedFileWriter<&mut (dyn Write + Send)>,
    waiting: &mut [Waiting],
) -> Result<(), FormatError> {
    if waiting.iter().all(|column| column.present.is_empty()) {
        return Ok(());
    }
    let mut group = writer.next_row_group()?;
    for column in waiting {
        let present = std::mem::take(&mut column.present);
        match &mut column.values {
            Values::Texts(values) => next::<ByteArrayType>(&mut group, std::mem::take(values), &present)?,
            Values::Integers(values) => next::<Int64Type>(&mut group, std::mem::take(values), &present)?,
            Values::Days(values) => next::<Int32Type>(&mut group, std::mem::take(values), &present)?,
            Values::Decimals(values) => next::<DoubleType>(&mut group, std::mem::take(values), &present)?,
            Values::Flags(values) => next::<BoolType>(&mut group, std::mem::take(values), &present)?,
        }
    }
    group.close()?;
    Ok(())
}

fn next<D: DataType>(
    group: &mut SerializedRowGroupWriter<'_, &mut (dyn Write + Send)>,
    values: Vec<D::T>,
    present: &[i16],
) -> Result<(), FormatError> {
    if let Some(mut column) = group.next_column()? {
        column.typed::<D>().write_batch(&values, Some(present), None)?;
        column.close()?;
    }
    Ok(())
}
