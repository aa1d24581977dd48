//! parquet-rs as an engine of the benchmark. Requests are lines of words separated by
//! tabs (bench/lib/harness.py), each answered by one line of JSON:
//!
//! ```text
//! load IPC-FILE         maps the table that is written from then on
//! write PARQUET CODEC   codec: none, snappy, zstd:LEVEL
//! read PARQUET
//! ```
//!
//! Writing gives each leaf column of a row group a thread, as the documentation of
//! `ArrowColumnWriter` shows. The crate reads with one thread; here the columns of the
//! row groups are shared out over as many threads as there are cores.

use std::error::Error;
use std::fs::File;
use std::io::{BufRead, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{mpsc, Arc, Mutex};
use std::time::Instant;

use arrow::array::RecordBatch;
use arrow::buffer::Buffer;
use arrow::datatypes::SchemaRef;
use arrow::ipc::convert::try_fb_to_schema;
use arrow::ipc::reader::{read_footer_length, FileDecoder};
use arrow::ipc::root_as_footer;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ParquetRecordBatchReaderBuilder};
use parquet::arrow::arrow_writer::{compute_leaves, ArrowLeafColumn, ArrowRowGroupWriterFactory};
use parquet::arrow::{ArrowWriter, ProjectionMask};
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::{WriterProperties, DEFAULT_MAX_ROW_GROUP_ROW_COUNT};
use parquet::file::writer::SerializedFileWriter;

type Failure = Box<dyn Error + Send + Sync>;

const BATCH_ROWS: usize = 65536;

struct Table {
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
}

fn load(path: &str) -> Result<Table, Failure> {
    // SAFETY: the benchmark does not change the file while it is mapped.
    let map = unsafe { memmap2::Mmap::map(&File::open(path)?)? };
    let buffer = Buffer::from(bytes::Bytes::from_owner(map));
    let trailer = buffer.len() - 10;
    let footer_size = read_footer_length(buffer[trailer..].try_into()?)?;
    let footer = root_as_footer(&buffer[trailer - footer_size..trailer])
        .map_err(|invalid| invalid.to_string())?;
    let schema = Arc::new(try_fb_to_schema(footer.schema().ok_or("no schema")?)?);
    let decoder = FileDecoder::new(schema.clone(), footer.version());
    let mut batches = Vec::new();
    for block in footer.recordBatches().ok_or("no batches")? {
        let size = block.bodyLength() as usize + block.metaDataLength() as usize;
        let data = buffer.slice_with_length(block.offset() as usize, size);
        batches.extend(decoder.read_record_batch(block, &data)?);
    }
    Ok(Table { schema, batches })
}

fn codec_of(name: &str) -> Result<Compression, Failure> {
    match name.split_once(':') {
        None if name == "none" => Ok(Compression::UNCOMPRESSED),
        None if name == "snappy" => Ok(Compression::SNAPPY),
        Some(("zstd", level)) => Ok(Compression::ZSTD(ZstdLevel::try_new(level.parse()?)?)),
        _ => Err(format!("no codec {name}").into()),
    }
}

/// The table's batches cut where row groups end.
fn row_groups(table: &Table) -> Vec<Vec<RecordBatch>> {
    let mut groups = vec![Vec::new()];
    let mut room = DEFAULT_MAX_ROW_GROUP_ROW_COUNT;
    for batch in &table.batches {
        let mut done = 0;
        while done < batch.num_rows() {
            if room == 0 {
                groups.push(Vec::new());
                room = DEFAULT_MAX_ROW_GROUP_ROW_COUNT;
            }
            let rows = room.min(batch.num_rows() - done);
            groups.last_mut().unwrap().push(batch.slice(done, rows));
            done += rows;
            room -= rows;
        }
    }
    groups
}

fn write_row_group(
    writer: &mut SerializedFileWriter<File>,
    factory: &ArrowRowGroupWriterFactory,
    index: usize,
    schema: &SchemaRef,
    batches: &[RecordBatch],
) -> Result<(), Failure> {
    let workers: Vec<_> = factory
        .create_column_writers(index)?
        .into_iter()
        .map(|mut column| {
            let (send, receive) = mpsc::channel::<ArrowLeafColumn>();
            let handle = std::thread::spawn(move || {
                for leaf in receive {
                    column.write(&leaf)?;
                }
                column.close()
            });
            (handle, send)
        })
        .collect();
    for batch in batches {
        let mut worker = workers.iter();
        for (field, array) in schema.fields().iter().zip(batch.columns()) {
            for leaf in compute_leaves(field, array)? {
                worker
                    .next()
                    .ok_or("more leaves than columns")?
                    .1
                    .send(leaf)?;
            }
        }
    }
    let mut row_group = writer.next_row_group()?;
    for (handle, send) in workers {
        drop(send);
        let chunk = handle.join().map_err(|_| "a column's thread panicked")??;
        chunk.append_to_row_group(&mut row_group)?;
    }
    row_group.close()?;
    Ok(())
}

fn write(table: &Table, path: &str, codec: &str) -> Result<(), Failure> {
    let properties = WriterProperties::builder()
        .set_compression(codec_of(codec)?)
        .build();
    let whole = ArrowWriter::try_new(File::create(path)?, table.schema.clone(), Some(properties))?;
    let (mut writer, factory) = whole.into_serialized_writer()?;
    for (index, batches) in row_groups(table).iter().enumerate() {
        write_row_group(&mut writer, &factory, index, &table.schema, batches)?;
    }
    writer.close()?;
    Ok(())
}

/// One column of one row group, as batches of one column.
fn read_part(
    path: &str,
    metadata: &ArrowReaderMetadata,
    row_group: usize,
    column: usize,
) -> Result<Vec<RecordBatch>, Failure> {
    let builder =
        ParquetRecordBatchReaderBuilder::new_with_metadata(File::open(path)?, metadata.clone());
    let mask = ProjectionMask::roots(builder.parquet_schema(), [column]);
    let reader = builder
        .with_projection(mask)
        .with_row_groups(vec![row_group])
        .with_batch_size(BATCH_ROWS)
        .build()?;
    Ok(reader.collect::<Result<_, _>>()?)
}

fn read(path: &str) -> Result<usize, Failure> {
    let metadata = ArrowReaderMetadata::load(&File::open(path)?, Default::default())?;
    let columns = metadata.schema().fields().len();
    let parts_size = columns * metadata.metadata().num_row_groups();
    let next = AtomicUsize::new(0);
    let parts: Vec<_> = (0..parts_size).map(|_| Mutex::new(None)).collect();
    let threads = std::thread::available_parallelism()?.get();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| loop {
                let part = next.fetch_add(1, Ordering::Relaxed);
                if part >= parts_size {
                    break;
                }
                let batches = read_part(path, &metadata, part / columns, part % columns);
                *parts[part].lock().unwrap() = Some(batches);
            });
        }
    });
    let mut parts = parts
        .into_iter()
        .map(|part| part.into_inner().unwrap().unwrap());
    let mut rows = 0;
    let mut table = Vec::new();
    for _ in 0..metadata.metadata().num_row_groups() {
        let group: Vec<_> = parts.by_ref().take(columns).collect::<Result<_, _>>()?;
        for index in 0..group[0].len() {
            let arrays = group
                .iter()
                .map(|column| column[index].column(0).clone())
                .collect();
            let batch = RecordBatch::try_new(metadata.schema().clone(), arrays)?;
            rows += batch.num_rows();
            table.push(batch);
        }
    }
    Ok(rows)
}

fn perform(table: &mut Option<Table>, words: &[&str]) -> Result<usize, Failure> {
    match words {
        ["load", path] => *table = Some(load(path)?),
        ["write", path, codec] => write(table.as_ref().ok_or("no table")?, path, codec)?,
        ["read", path] => return read(path),
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
