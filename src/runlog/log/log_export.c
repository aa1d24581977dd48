/* Exports: the newest rows as a file. */
#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/time_text.h"
#include "quire/file.h"
#include "quire/format.h"
#include "quire/runlog_upkeep.h"
#include "runlog/log/log_state.h"

#define OPERATION "export run log"

static const char *const formats[] = {"json", "jsonl", "csv", "parquet", "ion"};
#define FORMATS (sizeof(formats) / sizeof(formats[0]))

static int check_format(const char *format, struct quire_error *error)
{
    for (size_t i = 0; i < FORMATS; i++)
        if (strcmp(formats[i], format) == 0) return 0;
    return quire_fail(error, QUIRE_USAGE, OPERATION,
                      "format: '%.80s' is not one of json, jsonl, csv, parquet, ion", format);
}

/* Whether the last part of a path has an ending. */
static bool has_ending(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path, *dot = strrchr(name, '.');
    return dot != NULL && dot > name && dot[1] != '\0';
}

/* As the path's extension has it, json where it has none. That of another format is no JSON, and
 * nor is one that is not known. */
static int format_of(const char *path, const char **format, struct quire_error *error)
{
    const struct quire_format *known = quire_format_of_path(path);
    for (size_t i = 0; known != NULL && i < FORMATS; i++)
        if (strcmp(formats[i], known->name) == 0) {
            *format = formats[i];
            return 0;
        }
    *format = "json";
    if (known == NULL && !has_ending(path)) return 0;
    quire_fail(error, QUIRE_USAGE, OPERATION,
               "path: '%.200s' does not end as json, jsonl, csv, parquet or ion, which exports are",
               path);
    quire_error_hint(error, "say which of them it is to be by format (--format json)");
    return QUIRE_USAGE;
}

static int write_rows(const char *table, const struct quire_runlog_export_options *options,
                      const char *format, const char *path, struct quire_write_result *result,
                      struct quire_error *error)
{
    QUIRE_CLEANUP(quire_stream_release) struct ArrowArrayStream stream = {.release = NULL};
    const struct quire_write_options writing = {
        .format = format,
        .durability = options->durability,
        .context = options->read.context,
    };
    QUIRE_TRY(quire_runlog_read(table, &options->read, &stream, error));
    return quire_file_write(path, &stream, &writing, result, error);
}

int quire_runlog_export(const char *table, const struct quire_runlog_export_options *options,
                        char **json, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf out = {0};
    struct quire_json_writer writer = quire_json_writer_to(&out);
    struct quire_write_result result = {0, 0};
    static const struct quire_runlog_export_options none = {.path = NULL};
    if (options == NULL) options = &none;
    const char *path = options->path != NULL ? options->path : "-";
    const char *format = options->format;
    QUIRE_TRY(format != NULL ? check_format(format, error) : format_of(path, &format, error));
    QUIRE_TRY(write_rows(table, options, format, path, &result, error));
    if (json == NULL) return 0;
    quire_json_writer_begin_object(&writer);
    quire_json_writer_key(&writer, "export_successful");
    quire_json_writer_bool(&writer, true);
    quire_json_writer_key(&writer, "format");
    quire_json_writer_string(&writer, format);
    quire_json_writer_key(&writer, "records_exported");
    quire_json_writer_i64(&writer, result.rows);
    quire_log_write_mb(&writer, "export_size_mb", result.bytes);
    quire_json_writer_key(&writer, "export_path");
    quire_json_writer_string(&writer, path);
    quire_log_write_time(&writer, "export_timestamp", quire_time_wall_us() / 1000);
    quire_json_writer_end_object(&writer);
    return quire_log_finish(&writer, &out, json, error);
}
