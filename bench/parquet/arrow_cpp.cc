// Arrow C++ as an engine of the benchmark, with its columns written and read in
// parallel. It is compiled against the headers and libraries in the pyarrow wheel,
// and takes requests as lines of words separated by tabs (bench/lib/harness.py):
//
//     load IPC-FILE         maps the table that is written from then on
//     write PARQUET CODEC   codec: none, snappy, zstd:LEVEL
//     read PARQUET
//
// Each is answered by one line of JSON. A table is written by WriteRecordBatch, since
// columns are encoded in parallel only in buffered row groups (parquet/properties.h).

#include <arrow/api.h>
#include <arrow/io/file.h>
#include <arrow/ipc/reader.h>
#include <parquet/arrow/reader.h>
#include <parquet/arrow/writer.h>
#include <parquet/properties.h>

#include <chrono>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

namespace
{

std::vector<std::shared_ptr<arrow::RecordBatch>> table;
std::shared_ptr<arrow::Schema> table_schema;

arrow::Status load(const std::string &path)
{
    ARROW_ASSIGN_OR_RAISE(auto file,
                          arrow::io::MemoryMappedFile::Open(path, arrow::io::FileMode::READ));
    ARROW_ASSIGN_OR_RAISE(auto reader, arrow::ipc::RecordBatchFileReader::Open(file));
    table_schema = reader->schema();
    table.clear();
    for (int i = 0; i < reader->num_record_batches(); i++) {
        ARROW_ASSIGN_OR_RAISE(auto batch, reader->ReadRecordBatch(i));
        table.push_back(batch);
    }
    return arrow::Status::OK();
}

arrow::Result<std::shared_ptr<parquet::WriterProperties>> properties_of(const std::string &codec)
{
    parquet::WriterProperties::Builder builder;
    if (codec == "none") {
        builder.compression(arrow::Compression::UNCOMPRESSED);
    } else if (codec == "snappy") {
        builder.compression(arrow::Compression::SNAPPY);
    } else if (codec.rfind("zstd:", 0) == 0) {
        builder.compression(arrow::Compression::ZSTD);
        builder.compression_level(std::stoi(codec.substr(5)));
    } else {
        return arrow::Status::Invalid("no codec ", codec);
    }
    return builder.build();
}

arrow::Status write(const std::string &path, const std::string &codec)
{
    ARROW_ASSIGN_OR_RAISE(auto properties, properties_of(codec));
    auto threaded =
        parquet::ArrowWriterProperties::Builder().set_use_threads(true)->store_schema()->build();
    ARROW_ASSIGN_OR_RAISE(auto file, arrow::io::FileOutputStream::Open(path));
    ARROW_ASSIGN_OR_RAISE(
        auto writer, parquet::arrow::FileWriter::Open(*table_schema, arrow::default_memory_pool(),
                                                      file, properties, threaded));
    for (const auto &batch : table) {
        ARROW_RETURN_NOT_OK(writer->WriteRecordBatch(*batch));
    }
    ARROW_RETURN_NOT_OK(writer->Close());
    return file->Close();
}

arrow::Result<int64_t> read(const std::string &path)
{
    ARROW_ASSIGN_OR_RAISE(auto file, arrow::io::ReadableFile::Open(path));
    parquet::arrow::FileReaderBuilder builder;
    ARROW_RETURN_NOT_OK(builder.Open(file));
    builder.properties(parquet::ArrowReaderProperties(/*use_threads=*/true));
    ARROW_ASSIGN_OR_RAISE(auto reader, builder.Build());
    ARROW_ASSIGN_OR_RAISE(auto result, reader->ReadTable());
    return result->num_rows();
}

arrow::Result<int64_t> perform(const std::vector<std::string> &words)
{
    if (words.size() == 2 && words[0] == "load") {
        ARROW_RETURN_NOT_OK(load(words[1]));
        return 0;
    }
    if (words.size() == 3 && words[0] == "write") {
        ARROW_RETURN_NOT_OK(write(words[1], words[2]));
        return 0;
    }
    if (words.size() == 2 && words[0] == "read") {
        return read(words[1]);
    }
    return arrow::Status::Invalid("no such request");
}

// One line without what JSON would have to escape.
std::string plain(std::string text)
{
    for (char &c : text) {
        if (c == '"' || c == '\\' || static_cast<unsigned char>(c) < ' ') {
            c = ' ';
        }
    }
    return text;
}

} // namespace

int main()
{
    std::cout << "{\"ready\": true}" << std::endl;
    for (std::string line; std::getline(std::cin, line);) {
        std::vector<std::string> words;
        std::istringstream stream(line);
        for (std::string word; std::getline(stream, word, '\t');) {
            words.push_back(word);
        }
        auto started = std::chrono::steady_clock::now();
        auto rows = perform(words);
        std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - started;
        if (rows.ok()) {
            std::cout << "{\"seconds\": " << seconds.count() << ", \"rows\": " << *rows << "}"
                      << std::endl;
        } else {
            std::cout << "{\"failed\": \"" << plain(rows.status().message()) << "\"}" << std::endl;
        }
    }
    return 0;
}
