/* Each row has the id of its write. So rows that a process put there before it was killed are known
 * to be there, and none is there twice. They are counted while the file is locked, or, where it is
 * replaced, in the file that is. */
#include "runlog/write/write_rejects_put.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "data/schema.h"
#include "file/rejects.h"
#include "runlog/write/write_rejects.h"
#include "table/rows/batch_columns.h"
#include "table/rows/row_picker.h"

#define OPERATION "quality rejects"
/* How often a file that others replace meanwhile is appended to by being replaced. */
#define REPLACES_MAX 20
#define ID_COLUMN    "write"

static void close_writer(struct quire_writer **writer)
{
    quire_writer_close(*writer);
}

static void free_builder(struct quire_builder **builder)
{
    quire_builder_free(*builder);
}

/* --- The file -------------------------------------------------------------------------------- */

static int id_schema(struct ArrowSchema *schema, struct quire_error *error)
{
    static const char text[] = "`" ID_COLUMN "` string";
    return quire_schema_parse(text, sizeof(text) - 1, schema, error);
}

/* The columns of what waits, and the id. */
static int file_schema(struct ArrowSchema *schema, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema rejects = {.release = NULL};
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema id = {.release = NULL};
    QUIRE_TRY(quire_rejects_schema(&rejects, error));
    QUIRE_TRY(id_schema(&id, error));
    const struct quire_schema_parts parts = {.format = "+s",
                                             .children_size = (size_t)rejects.n_children + 1};
    if (quire_schema_make(&parts, schema) != 0) return quire_fail_memory(error, OPERATION);
    for (int64_t i = 0; i < rejects.n_children; i++)
        QUIRE_TRY(quire_schema_copy(rejects.children[i], schema->children[i], error));
    return quire_schema_copy(id.children[0], schema->children[rejects.n_children], error);
}

static int open_end(const char *url, const struct quire_write_options *given,
                    enum quire_write_mode mode, struct quire_writer **writer,
                    struct quire_error *error)
{
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema schema = {.release = NULL};
    struct quire_write_options options = *given;
    options.format = "jsonl";
    options.mode = mode;
    QUIRE_TRY(file_schema(&schema, error));
    return quire_writer_open(url, &schema, &options, writer, error);
}

/* Rows of the write that are there. */
static int count_there(const struct quire_rejects_put *put, int64_t *count,
                       struct quire_error *error)
{
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema schema = {.release = NULL};
    QUIRE_CLEANUP(quire_stream_release) struct ArrowArrayStream stream = {.release = NULL};
    QUIRE_CLEANUP(quire_row_picker_release) struct quire_row_picker picker = {.field = NULL};
    struct quire_error failed;
    quire_error_clear(&failed);
    QUIRE_TRY(id_schema(&schema, error));
    const struct quire_read_options options = {
        .format = "jsonl",
        .records = {.schema = &schema, .on_bad = QUIRE_ON_BAD_NULL, .extra = QUIRE_EXTRA_IGNORE},
        .context = put->options->context};
    QUIRE_TRY(quire_row_picker_open(&picker, &schema, error));
    int code = quire_file_read(put->url, &options, &stream, &failed);
    if (code == QUIRE_NOT_FOUND) return 0;
    while (code == 0) {
        QUIRE_CLEANUP(quire_array_release) struct ArrowArray batch = {.release = NULL};
        code = quire_stream_next(&stream, &batch, &failed);
        if (code == 0 && batch.release == NULL) return 0;
        if (code == 0) code = quire_view_set(picker.view, &batch, &failed);
        for (int64_t row = 0; code == 0 && row < batch.length; row++) {
            const struct quire_view *ids = &picker.view->children[0];
            if (quire_view_is_null(ids, row)) continue;
            const struct quire_bytes id = quire_view_bytes(ids, row);
            *count += id.size == strlen(put->id) && memcmp(id.data, put->id, id.size) == 0;
        }
    }
    if (error != NULL) *error = failed;
    return code;
}

/* --- Rows ------------------------------------------------------------------------------------ */

/* Takes the rows. */
static int add_id(const char *id, struct ArrowArray *rows, struct ArrowArray *batch,
                  struct quire_error *error)
{
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema schema = {.release = NULL};
    QUIRE_CLEANUP(free_builder) struct quire_builder *builder = NULL;
    QUIRE_CLEANUP(quire_array_release) struct ArrowArray ids = {.release = NULL};
    QUIRE_CLEANUP(quire_array_release) struct ArrowArray whole = *rows;
    rows->release = NULL;
    QUIRE_TRY(id_schema(&schema, error));
    QUIRE_TRY(quire_builder_new(&schema, &builder, error));
    for (int64_t row = 0; row < whole.length; row++) {
        QUIRE_TRY(quire_builder_text(builder, id, strlen(id), error));
        QUIRE_TRY(quire_builder_end_row(builder, error));
    }
    QUIRE_TRY(quire_builder_finish(builder, &ids, error));
    QUIRE_TRY(quire_batch_columns_new(whole.length, whole.n_children + 1, batch, error));
    for (int64_t i = 0; i <= whole.n_children; i++) {
        struct ArrowArray *from = i < whole.n_children ? whole.children[i] : ids.children[0];
        *batch->children[i] = *from;
        from->release = NULL;
    }
    return 0;
}

/* What of a batch, from the row first on, is to be put; the first *there of those that are kept are
 * in the file already. */
static void choose(const struct quire_rejects_put *put, int64_t first, int64_t *there,
                   uint8_t *mask, int64_t size)
{
    for (int64_t row = 0; row < size; row++) {
        bool kept = first + row < put->count && put->keep[first + row] != 0;
        mask[row] = kept && *there == 0;
        *there -= kept && *there > 0;
    }
}

static int put_batch(const struct quire_rejects_put *put, struct quire_row_picker *picker,
                     const struct ArrowArray *batch, const uint8_t *mask,
                     struct quire_writer *writer, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_array_release) struct ArrowArray picked = {.release = NULL};
    struct ArrowArray whole = {.release = NULL};
    QUIRE_TRY(quire_row_picker_take(picker, batch, mask, true, &picked, error));
    if (picked.length == 0) return 0;
    QUIRE_TRY(add_id(put->id, &picked, &whole, error));
    return quire_writer_write(writer, &whole, error);
}

static int put_rows(const struct quire_rejects_put *put, int64_t there, struct quire_writer *writer,
                    struct quire_error *error)
{
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema schema = {.release = NULL};
    QUIRE_CLEANUP(quire_stream_release) struct ArrowArrayStream stream = {.release = NULL};
    QUIRE_CLEANUP(quire_row_picker_release) struct quire_row_picker picker = {.field = NULL};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf mask = {0};
    QUIRE_TRY(quire_rejects_schema(&schema, error));
    const struct quire_read_options reading = {
        .format = "jsonl", .records = {.schema = &schema}, .context = put->options->context};
    QUIRE_TRY(quire_row_picker_open(&picker, &schema, error));
    QUIRE_TRY(quire_file_read(put->pending, &reading, &stream, error));
    for (int64_t row = 0;;) {
        QUIRE_CLEANUP(quire_array_release) struct ArrowArray batch = {.release = NULL};
        QUIRE_TRY(quire_stream_next(&stream, &batch, error));
        if (batch.release == NULL && row >= put->count) return 0;
        if (batch.release == NULL)
            return quire_fail(error, QUIRE_CONFLICT, OPERATION, "another writer changed %s",
                              put->pending);
        quire_buf_clear(&mask);
        if (quire_buf_reserve(&mask, (size_t)batch.length) != 0)
            return quire_fail_memory(error, OPERATION);
        choose(put, row, &there, mask.data, batch.length);
        QUIRE_TRY(put_batch(put, &picker, &batch, mask.data, writer, error));
        row += batch.length;
    }
}

/* --- All of it ------------------------------------------------------------------------------- */

static int append(const struct quire_rejects_put *put, enum quire_write_mode mode,
                  struct quire_error *error)
{
    QUIRE_CLEANUP(close_writer) struct quire_writer *writer = NULL;
    int64_t there = 0;
    QUIRE_TRY(quire_write_rejects_check_end(put->url, put->options, error));
    QUIRE_TRY(open_end(put->url, put->options, mode, &writer, error));
    if (put->again) QUIRE_TRY(count_there(put, &there, error));
    if (put->count > 0) QUIRE_TRY(put_rows(put, there, writer, error));
    return quire_writer_commit(writer, NULL, error);
}

/* What is compressed, and what no store can append to, is replaced. */
int quire_rejects_put(const struct quire_rejects_put *put, struct quire_error *error)
{
    int code = append(put, QUIRE_WRITE_APPEND_IN_PLACE, error);
    for (int i = 0; i < REPLACES_MAX &&
                    (code == QUIRE_UNSUPPORTED || code == QUIRE_CONFLICT || code == QUIRE_EXISTS);
         i++)
        code = append(put, QUIRE_WRITE_APPEND, error);
    return code;
}

int quire_rejects_put_probe(const char *url, const struct quire_write_options *options,
                            struct quire_error *error)
{
    QUIRE_CLEANUP(close_writer) struct quire_writer *writer = NULL;
    struct quire_error failed;
    quire_error_clear(&failed);
    QUIRE_TRY(quire_write_rejects_check_end(url, options, error));
    int code = open_end(url, options, QUIRE_WRITE_APPEND_IN_PLACE, &writer, &failed);
    if (code == 0 || code == QUIRE_UNSUPPORTED) return 0;
    if (error != NULL) *error = failed;
    return code;
}
