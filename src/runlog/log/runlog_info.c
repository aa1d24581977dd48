/* What a run log is, from what the table says of itself. */
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/fail.h"
#include "base/json_text.h"
#include "base/time_text.h"
#include "runlog/log/log_state.h"
#include "runlog/log_described.h"
#include "runlog/runlog_schema.h"
#include "table/log/snapshot.h"
#include "table/schema/delta_type.h"

#define OPERATION "run log"

static void free_text(char **text)
{
    quire_free(*text);
}

static void stream_release(struct ArrowArrayStream *stream)
{
    quire_stream_release(stream);
}

/* The rows of a table whose log does not say how many they are. */
static int count_rows(struct quire_table *table, int64_t *rows, struct quire_error *error)
{
    QUIRE_CLEANUP(stream_release) struct ArrowArrayStream stream = {.release = NULL};
    const struct quire_table_read_options options = {.columns_given = true};
    QUIRE_TRY(quire_table_read(table, &options, &stream, error));
    int64_t count = 0;
    for (;;) {
        struct ArrowArray batch = {.release = NULL};
        QUIRE_TRY(quire_stream_next(&stream, &batch, error));
        if (batch.release == NULL) break;
        count += batch.length;
        quire_array_release(&batch);
    }
    *rows = count;
    return 0;
}

static void write_time(struct quire_json_writer *writer, int64_t ms)
{
    char text[QUIRE_TIME_TEXT_MAX];
    char *end = quire_time_format_timestamp(ms, QUIRE_MILLI, 'T', true, 0, text);
    quire_json_writer_string_sized(writer, text, (size_t)(end - text));
}

static void write_raw(struct quire_json_writer *writer, const struct quire_json_node *root,
                      const char *name)
{
    const struct quire_json_node *node = quire_json_tree_get(root, name);
    quire_json_writer_key(writer, name);
    if (node != NULL)
        quire_json_writer_raw(writer, node->raw, node->raw_size);
    else
        quire_json_writer_null(writer);
}

static void write_info(struct quire_json_writer *writer, const char *table,
                       const struct quire_json_node *root, int64_t rows, const char *schema)
{
    int64_t created_ms = quire_json_tree_i64(root, "created_ms", -1);
    quire_json_writer_begin_object(writer);
    quire_json_writer_key(writer, "table");
    quire_json_writer_string(writer, table);
    write_raw(writer, root, "version");
    quire_json_writer_key(writer, "row_count");
    quire_json_writer_i64(writer, rows);
    write_raw(writer, root, "files");
    quire_json_writer_key(writer, "size_mb");
    quire_json_writer_f64(writer, (double)quire_json_tree_i64(root, "bytes", 0) / (1 << 20));
    write_raw(writer, root, "columns");
    quire_json_writer_key(writer, "schema");
    quire_json_writer_raw(writer, schema, strlen(schema));
    write_raw(writer, root, "partition_columns");
    write_raw(writer, root, "properties");
    quire_json_writer_key(writer, "created_at");
    if (created_ms >= 0)
        write_time(writer, created_ms);
    else
        quire_json_writer_null(writer);
    quire_json_writer_end_object(writer);
}

static int describe(const struct quire_log_described *described, const char *url,
                    const char *schema, char **json, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf out = {0};
    struct quire_json_writer writer = quire_json_writer_to(&out);
    const struct quire_json_node *root = described->root;
    int64_t rows = quire_json_tree_i64(root, "rows", -1);
    if (rows < 0) QUIRE_TRY(count_rows(described->table, &rows, error));
    write_info(&writer, url, root, rows, schema);
    return quire_log_finish(&writer, &out, json, error);
}

static void close_snapshot(struct quire_snapshot **snapshot)
{
    quire_snapshot_free(*snapshot);
}

/* Rows are read as if all columns could be null; what the table says of them stands in its log. */
static int take_nullability(const char *url, int64_t version, struct ArrowSchema *schema,
                            struct quire_error *error)
{
    QUIRE_CLEANUP(close_snapshot) struct quire_snapshot *snapshot = NULL;
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {NULL, 0};
    struct quire_delta_type *root = NULL;
    QUIRE_TRY(quire_snapshot_open(url, version, &snapshot, error));
    QUIRE_TRY(quire_delta_type_read(&snapshot->metadata.schema, &arena, &root, error));
    for (int64_t i = 0; i < schema->n_children; i++) {
        struct ArrowSchema *column = schema->children[i];
        const struct quire_delta_field *field = quire_delta_type_find(root, column->name);
        if (field != NULL && !field->nullable) column->flags &= ~(int64_t)ARROW_FLAG_NULLABLE;
    }
    return 0;
}

int quire_runlog_info(const char *table, char **json, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_log_described_release) struct quire_log_described described = {NULL};
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema schema = {.release = NULL};
    QUIRE_CLEANUP(free_text) char *schema_json = NULL;
    QUIRE_TRY(quire_log_describe(table, &described, error));
    QUIRE_TRY(quire_table_schema(described.table, &schema, error));
    int code = quire_runlog_old_check(&schema, error);
    if (code == 0)
        code = take_nullability(table, quire_table_version(described.table), &schema, error);
    if (code == 0) code = quire_schema_print_json(&schema, &schema_json, error);
    if (code == 0) code = describe(&described, table, schema_json, json, error);
    if (code != 0) quire_error_path(error, table);
    return code;
}
