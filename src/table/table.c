/* The public face: a snapshot and what is asked of it. */
#include "quire/table.h"

#include <inttypes.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/json_text.h"
#include "table/files/add_stats.h"
#include "table/log/action_write.h"
#include "table/log/history.h"
#include "table/log/log_read.h"
#include "table/rows/identity.h"
#include "table/schema/delta_schema.h"
#include "table/schema/delta_type.h"
#include "table/schema/table_features.h"
#include "table/table_read.h"

#define OPERATION "read table"

struct quire_table {
    struct quire_snapshot *snapshot;
};

int quire_table_open(const char *url, int64_t version, struct quire_table **table,
                     struct quire_error *error)
{
    struct quire_table *made = quire_alloc_zero(1, sizeof(*made));
    if (made == NULL) return quire_fail_memory(error, OPERATION);
    int code = quire_snapshot_open(url, version, &made->snapshot, error);
    if (code == 0) code = quire_features_check_read(&made->snapshot->protocol, error);
    if (code != 0) {
        quire_error_path(error, url);
        quire_table_close(made);
        return code;
    }
    *table = made;
    return 0;
}

int quire_table_open_at(const char *url, int64_t time_ms, struct quire_table **table,
                        struct quire_error *error)
{
    struct quire_table *newest = NULL;
    int64_t version = QUIRE_TABLE_NEWEST;
    QUIRE_TRY(quire_table_open(url, QUIRE_TABLE_NEWEST, &newest, error));
    int code = quire_history_version_at(newest->snapshot, time_ms, &version, error);
    if (code == 0 && version == newest->snapshot->version) {
        *table = newest;
        return 0;
    }
    quire_table_close(newest);
    quire_error_path(error, url);
    return code != 0 ? code : quire_table_open(url, version, table, error);
}

void quire_table_close(struct quire_table *table)
{
    if (table == NULL) return;
    quire_snapshot_free(table->snapshot);
    quire_free(table);
}

int64_t quire_table_version(const struct quire_table *table)
{
    return table->snapshot->version;
}

int quire_table_schema(const struct quire_table *table, struct ArrowSchema *schema,
                       struct quire_error *error)
{
    return quire_snapshot_schema(table->snapshot, QUIRE_DELTA_LOGICAL, true, schema, error);
}

int quire_table_fills(const struct quire_table *table, const char *column, bool *fills,
                      struct quire_error *error)
{
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {NULL, 0};
    struct quire_delta_type *root = NULL;
    QUIRE_TRY(quire_delta_type_read(&table->snapshot->metadata.schema, &arena, &root, error));
    const struct quire_delta_field *field = quire_delta_type_find(root, column);
    *fills = field != NULL && (quire_delta_field_get(field, "delta.generationExpression") != NULL ||
                               quire_delta_field_get(field, "CURRENT_DEFAULT") != NULL ||
                               quire_delta_field_get(field, QUIRE_IDENTITY_STEP) != NULL);
    return 0;
}

int quire_table_read(struct quire_table *table, const struct quire_table_read_options *options,
                     struct ArrowArrayStream *stream, struct quire_error *error)
{
    return quire_snapshot_read(table->snapshot, NULL, options, stream, error);
}

/* --- Files --------------------------------------------------------------------------------- */

struct file_taker {
    int (*take)(void *user, const struct quire_table_file *file, struct quire_error *error);
    void *user;
    struct quire_buf path, partitions;
};

static int take_file(void *user, const struct quire_add *add, struct quire_error *error)
{
    struct file_taker *taker = user;
    quire_buf_clear(&taker->path);
    quire_buf_clear(&taker->partitions);
    struct quire_json_writer writer = quire_json_writer_to(&taker->partitions);
    quire_pairs_write(&writer, &add->partitions);
    if (quire_json_writer_finish(&writer) != 0 || quire_buf_terminate(&taker->partitions) != 0 ||
        quire_buf_append(&taker->path, add->path.data, add->path.size) != 0 ||
        quire_buf_terminate(&taker->path) != 0)
        return quire_fail_memory(error, OPERATION);
    const struct quire_table_file file = {.path = (const char *)taker->path.data,
                                          .bytes = add->size,
                                          .modified_ms = add->modified_ms,
                                          .rows = quire_add_rows(add),
                                          .partitions = (const char *)taker->partitions.data};
    return taker->take(taker->user, &file, error);
}

int quire_table_each_file(struct quire_table *table,
                          int (*take)(void *user, const struct quire_table_file *file,
                                      struct quire_error *error),
                          void *user, struct quire_error *error)
{
    struct file_taker taker = {.take = take, .user = user};
    int code = quire_snapshot_each_file(table->snapshot, take_file, &taker, error);
    quire_buf_release(&taker.path);
    quire_buf_release(&taker.partitions);
    return code;
}

int quire_table_each_commit(struct quire_table *table,
                            int (*take)(void *user, const struct quire_table_commit *commit,
                                        struct quire_error *error),
                            void *user, struct quire_error *error)
{
    return quire_history_each(table->snapshot, take, user, error);
}

/* --- Description --------------------------------------------------------------------------- */

struct totals {
    int64_t files, bytes, rows; /* rows -1: a file does not say */
};

static int add_totals(void *user, const struct quire_add *add, struct quire_error *error)
{
    struct totals *totals = user;
    int64_t rows = quire_add_rows(add);
    (void)error;
    totals->files++;
    totals->bytes += add->size != QUIRE_LOG_NONE ? add->size : 0;
    totals->rows = rows < 0 || totals->rows < 0 ? -1 : totals->rows + rows;
    return 0;
}

static void write_number(struct quire_json_writer *writer, int64_t value)
{
    if (value == QUIRE_LOG_NONE)
        quire_json_writer_null(writer);
    else
        quire_json_writer_i64(writer, value);
}

static void write_protocol(struct quire_json_writer *writer, const struct quire_protocol *protocol)
{
    quire_json_writer_begin_object(writer);
    quire_json_writer_key(writer, "reader");
    quire_json_writer_i64(writer, protocol->reader);
    quire_json_writer_key(writer, "writer");
    quire_json_writer_i64(writer, protocol->writer);
    quire_json_writer_key(writer, "reader_features");
    quire_texts_write(writer, &protocol->reader_features);
    quire_json_writer_key(writer, "writer_features");
    quire_texts_write(writer, &protocol->writer_features);
    quire_json_writer_end_object(writer);
}

int quire_table_describe(struct quire_table *table, char **json, struct quire_error *error)
{
    const struct quire_snapshot *snapshot = table->snapshot;
    const struct quire_metadata_action *metadata = &snapshot->metadata;
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf out = {0};
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema schema = {.release = NULL};
    struct quire_json_writer writer = quire_json_writer_to(&out);
    struct totals totals = {0, 0, 0};
    QUIRE_TRY(quire_table_schema(table, &schema, error));
    QUIRE_TRY(quire_snapshot_each_file(table->snapshot, add_totals, &totals, error));
    quire_json_writer_begin_object(&writer);
    quire_json_writer_key(&writer, "version");
    quire_json_writer_i64(&writer, snapshot->version);
    quire_bytes_write(&writer, "id", &metadata->id);
    quire_bytes_write(&writer, "name", &metadata->name);
    quire_bytes_write(&writer, "description", &metadata->description);
    quire_json_writer_key(&writer, "created_ms");
    write_number(&writer, metadata->created_ms);
    quire_json_writer_key(&writer, "rows");
    write_number(&writer, totals.rows < 0 ? QUIRE_LOG_NONE : totals.rows);
    quire_json_writer_key(&writer, "files");
    quire_json_writer_i64(&writer, totals.files);
    quire_json_writer_key(&writer, "bytes");
    quire_json_writer_i64(&writer, totals.bytes);
    quire_json_writer_key(&writer, "columns");
    quire_json_writer_begin_array(&writer);
    for (int64_t i = 0; i < schema.n_children; i++)
        quire_json_writer_string(&writer, schema.children[i]->name);
    quire_json_writer_end_array(&writer);
    quire_json_writer_key(&writer, "partition_columns");
    quire_texts_write(&writer, &metadata->partitions);
    quire_json_writer_key(&writer, "protocol");
    write_protocol(&writer, &snapshot->protocol);
    quire_json_writer_key(&writer, "properties");
    quire_pairs_write(&writer, &metadata->configuration);
    quire_json_writer_end_object(&writer);
    if (quire_json_writer_finish(&writer) != 0) return quire_fail_memory(error, OPERATION);
    *json = quire_strndup((const char *)out.data, out.size);
    return *json != NULL ? 0 : quire_fail_memory(error, OPERATION);
}
