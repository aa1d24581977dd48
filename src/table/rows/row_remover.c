#include "table/rows/row_remover.h"

#include "base/fail.h"
#include "data/gather.h"
#include "quire/batch.h"

#define OPERATION "read table"

int quire_row_remover_begin(struct quire_row_remover *remover,
                            const struct quire_snapshot *snapshot,
                            const struct quire_deletion_vector *vector, struct quire_error *error)
{
    quire_deleted_rows_free(remover->deleted);
    remover->deleted = NULL;
    remover->row = 0;
    if (vector->storage.size == 0) return 0;
    return quire_deletion_vector_load(snapshot, vector, &remover->deleted, error);
}

void quire_row_remover_release(struct quire_row_remover *remover)
{
    quire_deleted_rows_free(remover->deleted);
    quire_view_free(remover->view);
    quire_column_free(remover->kept);
    quire_field_close(remover->field);
    quire_buf_release(&remover->refs);
}

/* Notes in remover->refs the rows of a batch that stay. */
static int find_kept(struct quire_row_remover *remover, int64_t rows, struct quire_error *error)
{
    quire_buf_clear(&remover->refs);
    if (quire_buf_reserve(&remover->refs, (size_t)rows * sizeof(struct quire_row_ref) + 1) != 0)
        return quire_fail_memory(error, OPERATION);
    for (int64_t i = 0; i < rows; i++) {
        if (quire_deleted_rows_has(remover->deleted, remover->row + i)) continue;
        const struct quire_row_ref ref = {0, (uint32_t)i};
        memcpy(quire_buf_end(&remover->refs), &ref, sizeof(ref));
        remover->refs.size += sizeof(ref);
    }
    return 0;
}

static int open_kept(struct quire_row_remover *remover, const struct ArrowSchema *schema,
                     struct quire_error *error)
{
    if (remover->field != NULL) return 0;
    QUIRE_TRY(quire_field_open(schema, &remover->field, error));
    QUIRE_TRY(quire_view_new(remover->field, &remover->view, error));
    return quire_column_new(remover->field, &remover->kept, error);
}

int quire_row_remover_apply(struct quire_row_remover *remover, const struct ArrowSchema *schema,
                            struct ArrowArray *batch, struct quire_error *error)
{
    int64_t rows = batch->length;
    if (remover->deleted == NULL) return 0;
    QUIRE_TRY(find_kept(remover, rows, error));
    remover->row += rows;
    size_t kept = remover->refs.size / sizeof(struct quire_row_ref);
    if ((int64_t)kept == rows) return 0;
    QUIRE_TRY(open_kept(remover, schema, error));
    QUIRE_TRY(quire_view_set(remover->view, batch, error));
    const struct quire_view *views[] = {remover->view};
    const struct quire_row_ref *refs =
        (const struct quire_row_ref *)(const void *)remover->refs.data;
    int code = quire_column_gather(remover->kept, views, 1, refs, kept);
    if (code != 0) {
        quire_column_clear(remover->kept);
        return code == QUIRE_MEMORY
                   ? quire_fail_memory(error, OPERATION)
                   : quire_fail(error, code, OPERATION, "the rows kept do not fit one batch");
    }
    quire_array_release(batch);
    return quire_column_finish(remover->kept, batch, error);
}
