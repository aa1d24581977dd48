/* The batch as it was read is kept until its refused records have been told of. */
#include "format/parquet/read/refused_rows.h"

#include <stdio.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "data/column.h"
#include "data/column_copy.h"
#include "format/json/json_value.h"
#include "quire/batch.h"

#define OPERATION "read parquet"

static size_t refusals_size(const struct quire_refused_rows *refused)
{
    return refused->place.refusals->size / sizeof(struct quire_chunk_refusal);
}

static const struct quire_chunk_refusal *refusal_at(const struct quire_refused_rows *refused,
                                                    size_t i)
{
    return (const struct quire_chunk_refusal *)(const void *)refused->place.refusals->data + i;
}

void quire_refused_rows_release(struct quire_refused_rows *refused)
{
    quire_array_release(&refused->batch);
    quire_view_free(refused->view);
    quire_buf_release(&refused->pieces);
    *refused = (struct quire_refused_rows){0};
}

/* --- What is left ---------------------------------------------------------------------- */

/* Rows start..end of the batch stay. */
static int keep_rows(struct quire_refused_rows *refused, int64_t start, int64_t end,
                     struct quire_column *column, struct quire_error *error)
{
    const struct quire_row_range *pieces =
        (const struct quire_row_range *)(const void *)refused->place.pieces->data;
    int64_t row = 0;
    if (start == end) return 0;
    for (size_t i = 0; row < end; row += pieces[i].end - pieces[i].start, i++) {
        int64_t from = start > row ? start - row : 0, size = pieces[i].end - pieces[i].start;
        int64_t to = end - row < size ? end - row : size;
        const struct quire_row_range piece = {pieces[i].start + from, pieces[i].start + to};
        if (from >= to) continue;
        if (quire_buf_append(&refused->pieces, &piece, sizeof(piece)) != 0)
            return quire_fail_memory(error, OPERATION);
    }
    if (quire_column_append_view(column, refused->view, start, end - start) == 0) return 0;
    return quire_fail_memory(error, OPERATION);
}

static int keep_others(struct quire_refused_rows *refused, struct quire_column *column,
                       struct quire_error *error)
{
    int64_t start = 0;
    for (size_t i = 0; i < refusals_size(refused); i++) {
        int64_t row = refusal_at(refused, i)->row;
        QUIRE_TRY(keep_rows(refused, start, row, column, error));
        start = row + 1;
    }
    return keep_rows(refused, start, refused->batch.length, column, error);
}

int quire_refused_rows_begin(struct quire_refused_rows *refused, struct ArrowArray *batch,
                             struct quire_parquet_batch_place *place, struct quire_error *error)
{
    struct quire_column *column = NULL;
    if (place->refusals->size == 0) return 0;
    refused->batch = *batch;
    refused->place = *place;
    refused->told = 0;
    batch->release = NULL;
    quire_buf_clear(&refused->pieces);
    int code = refused->view == NULL ? quire_view_new(refused->field, &refused->view, error) : 0;
    if (code == 0) code = quire_view_set(refused->view, &refused->batch, error);
    if (code == 0) code = quire_column_new(refused->field, &column, error);
    if (code == 0) code = keep_others(refused, column, error);
    if (code == 0) code = quire_column_finish(column, batch, error);
    quire_column_free(column);
    place->pieces = &refused->pieces;
    return code;
}

/* --- What is told ---------------------------------------------------------------------- */

static int tell(struct quire_refused_rows *refused, const struct quire_chunk_refusal *refusal,
                int64_t row, struct quire_error *error)
{
    const struct quire_json_style style = {.replace_utf8 = true};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf text = {0};
    struct quire_error why;
    quire_error_clear(&why);
    quire_fail(&why, QUIRE_INPUT, OPERATION, "row group %zu, page %d: %s", refused->place.row_group,
               (int)refusal->page, refusal->cause);
    quire_error_at(&why, row + 1, refusal->column, refusal->byte);
    QUIRE_TRY(quire_json_value_write(refused->view, refusal->row, &style, &text, error));
    const struct quire_reject reject = {
        .error = &why, .record = (const char *)text.data, .record_size = text.size};
    if (refused->counts != NULL) refused->counts->rejected++;
    return refused->reject != NULL ? refused->reject(refused->reject_user, &reject, error) : 0;
}

/* Tells of the refused rows before a row of the file. */
static int tell_before(struct quire_refused_rows *refused, int64_t end, struct quire_error *error)
{
    if (refused->batch.release == NULL) return 0;
    for (; refused->told < refusals_size(refused); refused->told++) {
        const struct quire_chunk_refusal *refusal = refusal_at(refused, refused->told);
        int64_t row = quire_parquet_batch_row(&refused->place, refusal->row);
        if (row >= end) return 0;
        QUIRE_TRY(tell(refused, refusal, row, error));
    }
    return 0;
}

int quire_refused_rows_reject(void *user, const struct quire_reject *reject,
                              struct quire_error *error)
{
    struct quire_refused_rows *refused = user;
    QUIRE_TRY(tell_before(refused, reject->error->row - 1, error));
    return refused->reject != NULL ? refused->reject(refused->reject_user, reject, error) : 0;
}

int quire_refused_rows_end(struct quire_refused_rows *refused, struct quire_error *error)
{
    QUIRE_TRY(tell_before(refused, INT64_MAX, error));
    quire_array_release(&refused->batch);
    return 0;
}
