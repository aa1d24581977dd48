#include "table/rows/row_picker.h"

#include "base/fail.h"
#include "data/gather.h"

#define OPERATION "write table"

int quire_row_picker_open(struct quire_row_picker *picker, const struct ArrowSchema *schema,
                          struct quire_error *error)
{
    QUIRE_TRY(quire_field_open(schema, &picker->field, error));
    QUIRE_TRY(quire_view_new(picker->field, &picker->view, error));
    return quire_column_new(picker->field, &picker->column, error);
}

void quire_row_picker_release(struct quire_row_picker *picker)
{
    quire_view_free(picker->view);
    quire_column_free(picker->column);
    quire_field_close(picker->field);
    quire_buf_release(&picker->refs);
    *picker = (struct quire_row_picker){.field = NULL};
}

int quire_row_picker_take(struct quire_row_picker *picker, const struct ArrowArray *batch,
                          const uint8_t *mask, bool wanted, struct ArrowArray *picked,
                          struct quire_error *error)
{
    const struct quire_view *views[] = {picker->view};
    quire_buf_clear(&picker->refs);
    if (quire_buf_reserve(&picker->refs,
                          (size_t)batch->length * sizeof(struct quire_row_ref) + 1) != 0)
        return quire_fail_memory(error, OPERATION);
    for (int64_t i = 0; i < batch->length; i++) {
        if (mask != NULL && (mask[i] != 0) != wanted) continue;
        const struct quire_row_ref ref = {0, (uint32_t)i};
        memcpy(quire_buf_end(&picker->refs), &ref, sizeof(ref));
        picker->refs.size += sizeof(ref);
    }
    QUIRE_TRY(quire_view_set(picker->view, batch, error));
    int code = quire_column_gather(picker->column, views, 1,
                                   (const struct quire_row_ref *)(const void *)picker->refs.data,
                                   picker->refs.size / sizeof(struct quire_row_ref));
    if (code != 0) {
        quire_column_clear(picker->column);
        return code == QUIRE_MEMORY
                   ? quire_fail_memory(error, OPERATION)
                   : quire_fail(error, code, OPERATION, "the rows chosen do not fit one batch");
    }
    return quire_column_finish(picker->column, picked, error);
}
