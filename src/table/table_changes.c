/* The changes of one commit after the other, each file as the columns that the table has at the
 * end. */
#include <inttypes.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "data/batch_stream.h"
#include "data/schema.h"
#include "quire/table_change.h"
#include "table/commit/commit_changes.h"
#include "table/files/deletion_vector.h"
#include "table/files/partition_value.h"
#include "table/log/history.h"
#include "table/rows/batch_columns.h"
#include "table/rows/change_data.h"
#include "table/rows/row_picker.h"
#include "table/schema/table_columns.h"
#include "table/schema/table_features.h"
#include "table/table_read.h"
#include "table/told_columns.h"

#define OPERATION "read changes"

/* Columns behind the table's, in order. */
enum { TYPE, VERSION, TIME, BEHIND };

struct changes_stream {
    struct quire_snapshot *end;
    struct quire_context *context;  /* NULL: that of each file's stream */
    int64_t version, to;            /* the next commit, and the last one */
    struct quire_buf commits;       /* all of the log, for their times */
    struct quire_told_columns told; /* what files of each version have */
    struct ArrowSchema table;       /* its columns */
    struct ArrowSchema schema;      /* the stream's */
    struct quire_row_picker picker;
    struct ArrowArray values[BEHIND]; /* of the current file, one row each */
    struct quire_commit_changes commit;
    size_t next; /* of its parts */
    const struct quire_change_part *part;
    struct ArrowArrayStream file;
    struct quire_deleted_rows *with, *without; /* of a part that differs; NULL: none */
    int64_t row;                               /* of the file, the first of the next batch */
    struct quire_buf mask;
};

static void end_part(struct changes_stream *stream)
{
    quire_stream_release(&stream->file);
    stream->file.release = NULL;
    quire_deleted_rows_free(stream->with);
    quire_deleted_rows_free(stream->without);
    stream->with = stream->without = NULL;
    stream->row = 0;
}

static void changes_close(void *source)
{
    struct changes_stream *stream = source;
    end_part(stream);
    for (int i = 0; i < BEHIND; i++)
        quire_array_release(&stream->values[i]);
    quire_commit_changes_release(&stream->commit);
    quire_row_picker_release(&stream->picker);
    quire_schema_release(&stream->table);
    quire_schema_release(&stream->schema);
    quire_buf_release(&stream->mask);
    quire_buf_release(&stream->commits);
    quire_told_columns_release(&stream->told);
    quire_snapshot_free(stream->end);
    quire_free(stream);
}

static int changes_schema(void *source, struct ArrowSchema *schema, struct quire_error *error)
{
    const struct changes_stream *stream = source;
    return quire_schema_copy(&stream->schema, schema, error);
}

/* --- Values behind --------------------------------------------------------------------------- */

static void free_builder(struct quire_builder **builder)
{
    quire_builder_free(*builder);
}

/* The version and its time, as arrays of one row. */
static int make_values(struct changes_stream *stream, int64_t time_ms, struct quire_error *error)
{
    static const char text[] = "v int64; t timestamp(us, UTC)";
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema schema = {.release = NULL};
    QUIRE_CLEANUP(free_builder) struct quire_builder *builder = NULL;
    QUIRE_CLEANUP(quire_array_release) struct ArrowArray batch = {.release = NULL};
    QUIRE_TRY(quire_schema_parse(text, sizeof(text) - 1, &schema, error));
    QUIRE_TRY(quire_builder_new(&schema, &builder, error));
    QUIRE_TRY(quire_builder_int(builder, stream->version, error));
    QUIRE_TRY(quire_builder_int(builder, time_ms * 1000, error));
    QUIRE_TRY(quire_builder_end_row(builder, error));
    QUIRE_TRY(quire_builder_finish(builder, &batch, error));
    for (int i = 0; i < 2; i++) {
        quire_array_release(&stream->values[VERSION + i]);
        stream->values[VERSION + i] = *batch.children[i];
        batch.children[i]->release = NULL;
    }
    return 0;
}

static int make_type(struct changes_stream *stream, const char *type, struct quire_error *error)
{
    const struct ArrowSchema *column = stream->schema.children[stream->table.n_children + TYPE];
    const struct quire_bytes text = {(const uint8_t *)type, strlen(type)};
    quire_array_release(&stream->values[TYPE]);
    stream->values[TYPE].release = NULL;
    return quire_partition_value(column, &text, &stream->values[TYPE], error);
}

/* Puts the columns of a file and the values behind together; a file of changes has the type. */
static int assemble(struct changes_stream *stream, struct ArrowArray *read,
                    struct ArrowArray *batch, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_array_release) struct ArrowArray made = {.release = NULL};
    int64_t columns = stream->schema.n_children;
    QUIRE_TRY(quire_batch_columns_new(read->length, columns, &made, error));
    for (int64_t i = read->n_children; i < columns; i++)
        QUIRE_TRY(quire_partition_repeat(stream->schema.children[i],
                                         &stream->values[i - stream->table.n_children],
                                         read->length, made.children[i], error));
    for (int64_t i = 0; i < read->n_children; i++) {
        *made.children[i] = *read->children[i];
        read->children[i]->release = NULL;
    }
    *batch = made;
    made.release = NULL;
    return 0;
}

/* --- Files ----------------------------------------------------------------------------------- */

static int load(const struct changes_stream *stream, const struct quire_deletion_vector *vector,
                struct quire_deleted_rows **rows, struct quire_error *error)
{
    if (vector->storage.size == 0) return 0;
    return quire_deletion_vector_load(stream->end, vector, rows, error);
}

static int open_part(struct changes_stream *stream, struct quire_error *error)
{
    const struct quire_change_part *part = stream->part;
    const int64_t version = stream->version - 1 - part->before; /* the next one is noted by now */
    const struct quire_files_wanted wanted = {
        .files = &part->add,
        .size = 1,
        .extra = part->type == NULL ? QUIRE_CHANGE_TYPE : NULL,
        .metadata = quire_told_columns_of(&stream->told, version),
        .protocol = &stream->end->protocol,
    };
    const struct quire_table_read_options options = {.context = stream->context};
    if (part->type != NULL) QUIRE_TRY(make_type(stream, part->type, error));
    if (part->differs) {
        QUIRE_TRY(load(stream, &part->with, &stream->with, error));
        QUIRE_TRY(load(stream, &part->without, &stream->without, error));
    }
    return quire_snapshot_read(stream->end, &wanted, &options, &stream->file, error);
}

/* Leaves the rows that one vector has and the other has not, maybe none. */
static int pick_rows(struct changes_stream *stream, struct ArrowArray *read,
                     struct quire_error *error)
{
    struct ArrowArray picked = {.release = NULL};
    int64_t any = 0;
    if (!stream->part->differs) return 0;
    quire_buf_clear(&stream->mask);
    if (quire_buf_reserve(&stream->mask, (size_t)read->length + 1) != 0)
        return quire_fail_memory(error, OPERATION);
    for (int64_t i = 0; i < read->length; i++) {
        int64_t row = stream->row + i;
        bool is = quire_deleted_rows_has(stream->with, row) &&
                  (stream->without == NULL || !quire_deleted_rows_has(stream->without, row));
        stream->mask.data[i] = is;
        any += is;
    }
    stream->row += read->length;
    if (any > 0)
        QUIRE_TRY(
            quire_row_picker_take(&stream->picker, read, stream->mask.data, true, &picked, error));
    quire_array_release(read);
    *read = picked;
    return 0;
}

/* The next batch of the current file; none at its end. */
static int next_of_part(struct changes_stream *stream, struct ArrowArray *batch,
                        struct quire_error *error)
{
    while (stream->file.release != NULL) {
        QUIRE_CLEANUP(quire_array_release) struct ArrowArray read = {.release = NULL};
        int code = quire_stream_next(&stream->file, &read, error);
        if (code == QUIRE_NOT_FOUND && error != NULL) {
            error->hint[0] = '\0'; /* of who knows the file alone */
            quire_error_hint(error, "a vacuum deletes files that changes are read from");
        }
        QUIRE_TRY(code);
        if (read.release == NULL) {
            end_part(stream);
            return 0;
        }
        QUIRE_TRY(pick_rows(stream, &read, error));
        if (read.release != NULL && read.length > 0) return assemble(stream, &read, batch, error);
    }
    return 0;
}

/* Goes on to the next commit. */
static int next_commit(struct changes_stream *stream, struct quire_error *error)
{
    int64_t time_ms = 0;
    QUIRE_TRY(quire_history_time(stream->end, &stream->commits, stream->version, &time_ms, error));
    QUIRE_TRY(make_values(stream, time_ms, error));
    QUIRE_TRY(quire_commit_changes_read(stream->end, stream->version, &stream->commit, error));
    stream->version++;
    stream->next = 0;
    return 0;
}

static int changes_next(void *source, struct ArrowArray *batch, struct quire_error *error)
{
    struct changes_stream *stream = source;
    for (batch->release = NULL;;) {
        QUIRE_TRY(next_of_part(stream, batch, error));
        if (batch->release != NULL) return 0;
        if (stream->next < stream->commit.parts.size / sizeof(*stream->part)) {
            stream->part =
                (const struct quire_change_part *)(const void *)stream->commit.parts.data +
                stream->next++;
            QUIRE_TRY(open_part(stream, error));
        } else if (stream->version > stream->to) {
            return 0;
        } else {
            QUIRE_TRY(next_commit(stream, error));
        }
    }
}

/* --- Opening --------------------------------------------------------------------------------- */

static int check_on(const struct quire_snapshot *snapshot, struct quire_error *error)
{
    QUIRE_TRY(quire_features_check_read(&snapshot->protocol, error));
    if (quire_change_data_is_on(snapshot)) return 0;
    int code = quire_fail(error, QUIRE_UNSUPPORTED, OPERATION,
                          "version %" PRId64 " does not tell its changes", snapshot->version);
    quire_error_hint(error, "the table property delta.enableChangeDataFeed=true makes later "
                            "versions tell them");
    return code;
}

/* Opens the version before the first that is asked for, which has the rows that this one removes;
 * where the log has it no more, that one itself. */
static int open_first(struct changes_stream *stream, const char *url, int64_t from,
                      struct quire_error *error)
{
    int code = from > 0 ? quire_snapshot_open(url, from - 1, &stream->end, NULL) : QUIRE_NOT_FOUND;
    if (code == QUIRE_MEMORY) return quire_fail_memory(error, OPERATION);
    if (code == 0) {
        QUIRE_TRY(quire_told_columns_note(stream->end, &stream->told, error));
        return quire_snapshot_advance(stream->end, from, error);
    }
    return quire_snapshot_open(url, from, &stream->end, error);
}

/* Opens the last version, by way of all that are asked for: each must tell its changes. */
static int open_versions(struct changes_stream *stream, const char *url, int64_t from, int64_t to,
                         struct quire_error *error)
{
    if (from < 0 || (to != QUIRE_TABLE_NEWEST && to < from))
        return quire_fail(error, QUIRE_USAGE, OPERATION,
                          "there are no versions from %" PRId64 " to %" PRId64, from, to);
    QUIRE_TRY(quire_snapshot_open(url, -1, &stream->end, error));
    int64_t newest = stream->end->version;
    quire_snapshot_free(stream->end);
    stream->end = NULL;
    if (to == QUIRE_TABLE_NEWEST) to = newest;
    if (from > newest || to > newest)
        return quire_fail(error, QUIRE_NOT_FOUND, OPERATION,
                          "there is no version %" PRId64 "; the newest is %" PRId64,
                          from > newest ? from : to, newest);
    QUIRE_TRY(open_first(stream, url, from, error));
    QUIRE_TRY(quire_told_columns_note(stream->end, &stream->told, error));
    QUIRE_TRY(check_on(stream->end, error));
    while (stream->end->version < to) {
        QUIRE_TRY(quire_snapshot_advance(stream->end, stream->end->version + 1, error));
        QUIRE_TRY(quire_told_columns_note(stream->end, &stream->told, error));
        QUIRE_TRY(check_on(stream->end, error));
    }
    QUIRE_TRY(quire_told_columns_make(stream->end, &stream->told, error));
    stream->version = from;
    stream->to = stream->end->version;
    return quire_history_commits(stream->end, &stream->commits, error);
}

static int make_schema(struct changes_stream *stream, struct quire_error *error)
{
    static const char *const names[] = {QUIRE_CHANGE_TYPE, "_commit_version", "_commit_timestamp"};
    static const char *const formats[] = {"u", "l", "tsu:UTC"};
    const struct ArrowSchema *table = &stream->table;
    const struct quire_schema_parts whole = {.format = "+s",
                                             .children_size = (size_t)table->n_children + BEHIND};
    if (quire_schema_make(&whole, &stream->schema) != 0) return quire_fail_memory(error, OPERATION);
    for (int64_t i = 0; i < table->n_children; i++)
        QUIRE_TRY(quire_schema_copy(table->children[i], stream->schema.children[i], error));
    for (int64_t i = 0; i < BEHIND; i++) {
        const struct quire_schema_parts column = {
            .format = formats[i], .name = names[i], .flags = ARROW_FLAG_NULLABLE};
        for (int64_t j = 0; j < table->n_children; j++)
            if (strcmp(table->children[j]->name, names[i]) == 0)
                return quire_fail(error, QUIRE_UNSUPPORTED, OPERATION,
                                  "the table has a column \"%s\" of its own", names[i]);
        if (quire_schema_make(&column, stream->schema.children[table->n_children + i]) != 0)
            return quire_fail_memory(error, OPERATION);
    }
    return 0;
}

static int open_stream(struct changes_stream *stream, const char *url,
                       const struct quire_table_changes_options *options, struct quire_error *error)
{
    struct quire_table_columns columns;
    stream->context = options->context;
    QUIRE_TRY(open_versions(stream, url, options->from, options->to, error));
    QUIRE_TRY(quire_table_columns_open(stream->end, &columns, error));
    int code = quire_schema_copy(&columns.logical, &stream->table, error);
    quire_table_columns_close(&columns);
    QUIRE_TRY(code);
    QUIRE_TRY(make_schema(stream, error));
    return quire_row_picker_open(&stream->picker, &stream->table, error);
}

static void free_stream(struct changes_stream **stream)
{
    if (*stream != NULL) changes_close(*stream);
}

int quire_table_changes(const char *url, const struct quire_table_changes_options *options,
                        struct ArrowArrayStream *result, struct quire_error *error)
{
    static const struct quire_stream_ops ops = {changes_schema, changes_next, changes_close};
    QUIRE_CLEANUP(free_stream)
    struct changes_stream *stream = quire_alloc_zero(1, sizeof(*stream));
    if (stream == NULL) return quire_fail_memory(error, OPERATION);
    int code = open_stream(stream, url, options, error);
    if (code == 0) code = quire_stream_wrap(&ops, stream, result, error);
    if (code != 0) {
        quire_error_path(error, url);
        return code;
    }
    stream = NULL; /* the result's */
    return 0;
}
