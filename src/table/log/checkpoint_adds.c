/* A table of many files has nearly the same ones from one checkpoint to the next. Building each
 * anew, with a null for each field of the other actions, costs more than reading and writing the
 * files. So a batch's column of adds is taken over as it is, but for dataChange; where some of its
 * rows do not stand any more the others are copied; and where a checkpoint of another writer lacks
 * what readers want, its rows are built. */
#include "table/log/checkpoint_adds.h"

#include "base/cleanup.h"
#include "base/fail.h"
#include "data/column_private.h"
#include "data/gather.h"
#include "table/log/log_read.h"
#include "table/log/snapshot_files.h"
#include "table/rows/batch_columns.h"

#define OPERATION "write checkpoint"

enum { PARTITIONS = 1, DATA_CHANGE = 4 }; /* fields of an add */

struct adds {
    struct quire_snapshot *snapshot;
    const struct quire_checkpoint_adds *taker;
    struct quire_log_reader reader;
    struct quire_column *column; /* of adds; empty between batches */
    struct quire_buf kept;       /* struct quire_row_ref */
    struct quire_buf key;        /* scratch */
};

static void release_adds(struct adds *adds)
{
    quire_log_reader_close(&adds->reader);
    quire_column_free(adds->column);
    quire_buf_release(&adds->kept);
    quire_buf_release(&adds->key);
}

static int64_t null_count(const struct quire_view *view)
{
    int64_t nulls = 0;
    for (int64_t row = 0; row < view->length; row++)
        nulls += quire_view_is_null(view, row);
    return nulls;
}

/* Notes the rows that still stand. */
static int choose(struct adds *adds, const struct quire_view *view)
{
    quire_buf_clear(&adds->kept);
    QUIRE_TRY(quire_buf_reserve(&adds->kept, (size_t)view->length * sizeof(struct quire_row_ref)));
    for (int64_t row = 0; row < view->length; row++) {
        const struct quire_row_ref ref = {.row = (uint32_t)row};
        struct quire_add add;
        if (quire_view_is_null(view, row)) continue;
        quire_add_name_read(view, row, &add);
        QUIRE_TRY(quire_file_key(&add.path, &add.deleted, &adds->key));
        if (quire_snapshot_speaks_of(adds->snapshot, &adds->key)) continue;
        QUIRE_TRY(quire_buf_append(&adds->kept, &ref, sizeof(ref)));
    }
    return 0;
}

/* A column of falses in the place of dataChange. */
static int take_change_out(const struct quire_field *field, struct ArrowArray *array,
                           struct quire_error *error)
{
    struct quire_column *column = NULL;
    struct ArrowArray none = {.release = NULL};
    QUIRE_TRY(quire_column_new(&field->children[DATA_CHANGE], &column, error));
    int code = quire_column_append_blanks(column, array->length, true);
    if (code == 0) code = quire_column_finish(column, &none, error);
    quire_column_free(column);
    if (code != 0) return quire_fail_memory(error, OPERATION);
    quire_array_release(array->children[DATA_CHANGE]);
    *array->children[DATA_CHANGE] = none;
    return 0;
}

static int take_rows(struct adds *adds, const struct quire_view *view, struct quire_error *error)
{
    const struct quire_row_ref *kept = (const struct quire_row_ref *)(const void *)adds->kept.data;
    for (size_t i = 0; i < adds->kept.size / sizeof(*kept); i++) {
        QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {NULL, 0};
        struct quire_add add;
        if (quire_add_read(view, kept[i].row, &arena, &add) != 0)
            return quire_fail_memory(error, OPERATION);
        QUIRE_TRY(adds->taker->take_row(adds->taker->user, &add, error));
    }
    return 0;
}

/* The column of a batch with the rows that stand. */
static int take_batch(struct adds *adds, const struct quire_view *view, struct ArrowArray *given,
                      struct quire_error *error)
{
    struct ArrowArray array = {.release = NULL};
    const struct quire_row_ref *kept = (const struct quire_row_ref *)(const void *)adds->kept.data;
    size_t n = adds->kept.size / sizeof(*kept);
    if (n == (size_t)view->length && view->offset == 0 && given->length == view->length) {
        array = *given;
        given->release = NULL;
    } else {
        QUIRE_TRY(quire_column_keep_rows(adds->column, view, kept, n, &array, error));
    }
    int code = take_change_out(view->field, &array, error);
    if (code == 0) code = adds->taker->take_batch(adds->taker->user, &array, error);
    if (code != 0) quire_array_release(&array);
    return code;
}

static int next_batch(struct adds *adds, bool *more, struct quire_error *error)
{
    QUIRE_TRY(quire_log_reader_batch(&adds->reader, error));
    *more = adds->reader.batch.release != NULL;
    if (!*more || adds->reader.place[QUIRE_LOG_ADD] < 0) return 0;
    const struct quire_view *view = quire_log_column_view(&adds->reader, QUIRE_LOG_ADD);
    if (choose(adds, view) != 0) return quire_fail_memory(error, OPERATION);
    if (adds->kept.size == 0) return 0;
    if (null_count(&view->children[PARTITIONS]) > null_count(view))
        return take_rows(adds, view, error);
    struct ArrowArray *batch = &adds->reader.batch;
    return take_batch(adds, view, batch->children[adds->reader.place[QUIRE_LOG_ADD]], error);
}

static int take_file(void *user, const char *url, struct quire_error *error)
{
    struct adds *adds = user;
    bool more = true;
    QUIRE_TRY(quire_log_reader_open(url, 1u << QUIRE_LOG_ADD, &adds->reader, error));
    if (adds->column == NULL && adds->reader.place[QUIRE_LOG_ADD] >= 0)
        QUIRE_TRY(quire_column_new(quire_log_column_view(&adds->reader, QUIRE_LOG_ADD)->field,
                                   &adds->column, error));
    int code = 0;
    while (code == 0 && more)
        code = next_batch(adds, &more, error);
    quire_column_free(adds->column); /* its field is the reader's */
    adds->column = NULL;
    quire_log_reader_close(&adds->reader);
    return code;
}

int quire_checkpoint_adds_each(struct quire_snapshot *snapshot,
                               const struct quire_checkpoint_adds *taker, struct quire_error *error)
{
    QUIRE_CLEANUP(release_adds) struct adds adds = {.snapshot = snapshot, .taker = taker};
    QUIRE_TRY(quire_snapshot_each_checkpoint(snapshot, take_file, &adds, error));
    return quire_snapshot_each_tail_file(snapshot, taker->take_row, taker->user, error);
}

int quire_checkpoint_adds_widen(struct quire_field *fields, struct ArrowArray *adds,
                                struct ArrowArray *batch, struct quire_error *error)
{
    QUIRE_TRY(quire_batch_columns_new(adds->length, (int64_t)fields->children_size, batch, error));
    int code = 0;
    for (size_t i = 0; code == 0 && i < fields->children_size; i++) {
        struct quire_column *column = NULL;
        if (i == QUIRE_LOG_ADD) continue;
        code = quire_column_new(&fields->children[i], &column, error);
        if (code == 0 && quire_column_append_nulls(column, adds->length) != 0)
            code = quire_fail_memory(error, OPERATION);
        if (code == 0) code = quire_column_finish(column, batch->children[i], error);
        quire_column_free(column);
    }
    if (code != 0) {
        quire_array_release(batch);
        return code;
    }
    *batch->children[QUIRE_LOG_ADD] = *adds;
    adds->release = NULL;
    return 0;
}
