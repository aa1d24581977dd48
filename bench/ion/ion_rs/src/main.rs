//! ion-rs as an engine of the benchmark. Requests are lines of words separated by tabs
//! (bench/lib/harness.py), each answered by one line of JSON:
//!
//! ```text
//! load IPC-FILE      maps the table that is written from then on, whose schema is read
//! write ION FORM     form: ion, ion-text
//! read ION FORM
//! ```
//!
//! The crate knows no columns. Rows are written as structs from the table's columns with
//! its writer of symbol tables, and read with its lazy reader into columns again, whose
//! types it is told and need not find. It has one thread.

use std::error::Error;
use std::fs::File;
use std::io::{BufRead, BufWriter, Write};
use std::time::Instant;

use arrow::array::{
    Array, AsArray, Float64Builder, Int64Builder, PrimitiveArray, RecordBatch, StringArray,
    StringBuilder, TimestampMicrosecondBuilder,
};
use arrow::buffer::Buffer;
use arrow::datatypes::{DataType, Float64Type, Int64Type, SchemaRef, TimestampMicrosecondType};
use arrow::ipc::convert::try_fb_to_schema;
use arrow::ipc::reader::{read_footer_length, FileDecoder};
use arrow::ipc::root_as_footer;
use ion_rs::{
    v1_0, AnyEncoding, Encoding, IonType, Reader, SequenceWriter, StructWriter, TextFormat,
    Timestamp, ValueRef, ValueWriter, WriteConfig, Writer,
};

type Failure = Box<dyn Error + Send + Sync>;

const BATCH_ROWS: usize = 65536;
const FLUSH_ROWS: usize = 1024;

struct Table {
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
}

fn map(path: &str) -> Result<memmap2::Mmap, Failure> {
    // SAFETY: the benchmark does not change the file while it is mapped.
    Ok(unsafe { memmap2::Mmap::map(&File::open(path)?)? })
}

fn load(path: &str) -> Result<Table, Failure> {
    let buffer = Buffer::from(bytes::Bytes::from_owner(map(path)?));
    let trailer = buffer.len() - 10;
    let footer_size = read_footer_length(buffer[trailer..].try_into()?)?;
    let footer = root_as_footer(&buffer[trailer - footer_size..trailer])
        .map_err(|invalid| invalid.to_string())?;
    let schema = SchemaRef::new(try_fb_to_schema(footer.schema().ok_or("no schema")?)?);
    let decoder = FileDecoder::new(schema.clone(), footer.version());
    let mut batches = Vec::new();
    for block in footer.recordBatches().ok_or("no batches")? {
        let size = block.bodyLength() as usize + block.metaDataLength() as usize;
        let data = buffer.slice_with_length(block.offset() as usize, size);
        batches.extend(decoder.read_record_batch(block, &data)?);
    }
    Ok(Table { schema, batches })
}

// --- Days and dates (Howard Hinnant, "chrono-compatible low-level date algorithms") ------

fn civil_of(days: i64) -> (u32, u32, u32) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    let year = yoe + era * 400 + i64::from(month <= 2);
    (
        year as u32,
        month as u32,
        (doy - (153 * mp + 2) / 5 + 1) as u32,
    )
}

fn days_of(year: u32, month: u32, day: u32) -> i64 {
    let y = i64::from(year) - i64::from(month <= 2);
    let era = y.div_euclid(400);
    let yoe = y.rem_euclid(400);
    let mp = (i64::from(month) + 9) % 12;
    let doe = yoe * 365 + yoe / 4 - yoe / 100 + (153 * mp + 2) / 5 + i64::from(day) - 1;
    era * 146_097 + doe - 719_468
}

fn timestamp_of(micros: i64) -> Result<Timestamp, Failure> {
    let seconds = micros.div_euclid(1_000_000);
    let (year, month, day) = civil_of(seconds.div_euclid(86_400));
    let second = seconds.rem_euclid(86_400) as u32;
    Ok(Timestamp::with_ymd(year, month, day)
        .with_hms(second / 3600, second / 60 % 60, second % 60)
        .with_microseconds(micros.rem_euclid(1_000_000) as u32)
        .build()?)
}

fn micros_of(at: &Timestamp) -> i64 {
    let days = days_of(at.year(), at.month(), at.day());
    let minutes = i64::from(at.hour()) * 60 + i64::from(at.minute());
    let local = (days * 86_400 + minutes * 60 + i64::from(at.second())) * 1_000_000;
    local + i64::from(at.microseconds()) - i64::from(at.offset().unwrap_or(0)) * 60_000_000
}

// --- Writing -----------------------------------------------------------------------------

enum Source<'a> {
    Int(&'a PrimitiveArray<Int64Type>),
    Float(&'a PrimitiveArray<Float64Type>),
    Moment(&'a PrimitiveArray<TimestampMicrosecondType>),
    Text(&'a StringArray),
}

impl<'a> Source<'a> {
    fn of(array: &'a dyn Array) -> Result<Self, Failure> {
        Ok(match array.data_type() {
            DataType::Int64 => Source::Int(array.as_primitive()),
            DataType::Float64 => Source::Float(array.as_primitive()),
            DataType::Timestamp(_, _) => Source::Moment(array.as_primitive()),
            DataType::Utf8 => Source::Text(array.as_string()),
            other => return Err(format!("no column of type {other}").into()),
        })
    }

    fn null(&self, row: usize) -> Option<IonType> {
        let (null, kind) = match self {
            Source::Int(array) => (array.is_null(row), IonType::Int),
            Source::Float(array) => (array.is_null(row), IonType::Float),
            Source::Moment(array) => (array.is_null(row), IonType::Timestamp),
            Source::Text(array) => (array.is_null(row), IonType::String),
        };
        null.then_some(kind)
    }
}

fn write<E: Encoding>(
    table: &Table,
    path: &str,
    config: impl Into<WriteConfig<E>>,
) -> Result<(), Failure> {
    let mut writer = Writer::new(config, BufWriter::with_capacity(1 << 16, File::create(path)?))?;
    for batch in &table.batches {
        let columns = batch
            .columns()
            .iter()
            .map(|array| Source::of(array.as_ref()))
            .collect::<Result<Vec<_>, _>>()?;
        for row in 0..batch.num_rows() {
            let mut record = writer.value_writer().struct_writer()?;
            for (field, column) in table.schema.fields().iter().zip(&columns) {
                let name = field.name().as_str();
                if let Some(kind) = column.null(row) {
                    record.write(name, ion_rs::Null(kind))?;
                    continue;
                }
                match column {
                    Source::Int(array) => record.write(name, array.value(row))?,
                    Source::Float(array) => record.write(name, array.value(row))?,
                    Source::Moment(array) => record.write(name, timestamp_of(array.value(row))?)?,
                    Source::Text(array) => record.write(name, array.value(row))?,
                };
            }
            record.close()?;
            if row % FLUSH_ROWS == FLUSH_ROWS - 1 {
                writer.flush()?;
            }
        }
    }
    writer.close()?.flush()?;
    Ok(())
}

// --- Reading -----------------------------------------------------------------------------

enum Target {
    Int(Int64Builder),
    Float(Float64Builder),
    Moment(TimestampMicrosecondBuilder),
    Text(StringBuilder),
}

impl Target {
    fn of(kind: &DataType) -> Result<Self, Failure> {
        Ok(match kind {
            DataType::Int64 => Target::Int(Int64Builder::new()),
            DataType::Float64 => Target::Float(Float64Builder::new()),
            DataType::Timestamp(_, _) => Target::Moment(TimestampMicrosecondBuilder::new()),
            DataType::Utf8 => Target::Text(StringBuilder::new()),
            other => return Err(format!("no column of type {other}").into()),
        })
    }

    fn put<D: ion_rs::Decoder>(&mut self, value: ValueRef<'_, D>) -> Result<(), Failure> {
        match (self, value) {
            (Target::Int(column), ValueRef::Int(value)) => {
                column.append_value(value.as_i64().ok_or("beyond 64 bits")?)
            }
            (Target::Float(column), ValueRef::Float(value)) => column.append_value(value),
            (Target::Moment(column), ValueRef::Timestamp(value)) => {
                column.append_value(micros_of(&value))
            }
            (Target::Text(column), ValueRef::String(value)) => column.append_value(value.text()),
            (column, ValueRef::Null(_)) => column.put_null(),
            _ => return Err("a value is not of its column's type".into()),
        }
        Ok(())
    }

    fn put_null(&mut self) {
        match self {
            Target::Int(column) => column.append_null(),
            Target::Float(column) => column.append_null(),
            Target::Moment(column) => column.append_null(),
            Target::Text(column) => column.append_null(),
        }
    }

    fn finish(&mut self) -> arrow::array::ArrayRef {
        match self {
            Target::Int(column) => std::sync::Arc::new(column.finish()),
            Target::Float(column) => std::sync::Arc::new(column.finish()),
            Target::Moment(column) => std::sync::Arc::new(column.finish()),
            Target::Text(column) => std::sync::Arc::new(column.finish()),
        }
    }
}

/// The fields come in the order of the schema: the next column is tried before a search.
fn column_at(schema: &SchemaRef, guess: usize, name: &str) -> Result<usize, Failure> {
    match schema.fields().get(guess) {
        Some(field) if field.name() == name => Ok(guess),
        _ => Ok(schema.index_of(name)?),
    }
}

fn read(schema: &SchemaRef, path: &str) -> Result<usize, Failure> {
    let bytes = map(path)?;
    let mut reader = Reader::new(AnyEncoding, &bytes[..])?;
    let mut columns = schema
        .fields()
        .iter()
        .map(|field| Target::of(field.data_type()))
        .collect::<Result<Vec<_>, _>>()?;
    let mut rows = 0;
    let mut batches = Vec::new();
    let mut held = 0;
    loop {
        let value = reader.next()?;
        if held == BATCH_ROWS || value.is_none() {
            let arrays = columns.iter_mut().map(Target::finish).collect::<Vec<_>>();
            rows += arrays.first().map_or(0, |array| array.len());
            batches.push(arrays);
            held = 0;
        }
        let Some(value) = value else { break };
        let record = value.read()?.expect_struct()?;
        let mut next = 0;
        for field in record.iter() {
            let field = field?;
            next = column_at(schema, next, field.name()?.text().unwrap_or(""))?;
            columns[next].put(field.value().read()?)?;
            next += 1;
        }
        held += 1;
    }
    Ok(rows)
}

fn perform(table: &mut Option<Table>, words: &[&str]) -> Result<usize, Failure> {
    match words {
        ["load", path] => *table = Some(load(path)?),
        ["write", path, form] => {
            let table = table.as_ref().ok_or("no table")?;
            match *form {
                "ion" => write(table, path, v1_0::Binary)?,
                "ion-text" => write(
                    table,
                    path,
                    WriteConfig::<v1_0::Text>::new(TextFormat::Lines),
                )?,
                _ => return Err(format!("no form {form}").into()),
            }
        }
        ["read", path, _] => return read(&table.as_ref().ok_or("no table")?.schema, path),
        _ => return Err("no such request".into()),
    }
    Ok(0)
}

fn main() -> Result<(), Failure> {
    let mut out = std::io::stdout();
    let mut table = None;
    writeln!(out, "{{\"ready\": true}}")?;
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let words: Vec<_> = line.split('\t').collect();
        let started = Instant::now();
        let result = perform(&mut table, &words);
        let seconds = started.elapsed().as_secs_f64();
        match result {
            Ok(rows) => writeln!(out, "{{\"seconds\": {seconds}, \"rows\": {rows}}}")?,
            // Debug's quoting of a string is JSON's for what messages hold.
            Err(failure) => writeln!(out, "{{\"failed\": {:?}}}", failure.to_string())?,
        }
        out.flush()?;
    }
    Ok(())
}
