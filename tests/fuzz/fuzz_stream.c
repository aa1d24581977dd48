#include "fuzz_stream.h"

#include <string.h>

#include "format/json/json_value.h"

#define SHOWN_BYTES 400

static void note_batch(struct quire_buf *text, const struct ArrowSchema *schema,
                       struct quire_view *view, const struct ArrowArray *batch)
{
    static const struct quire_json_style style = {.floats = QUIRE_JSON_FLOATS_STRING};
    struct quire_error error;
    FUZZ_CHECK(quire_array_validate(schema, batch, &error) == 0, "column %s: %s", error.column,
               error.cause);
    FUZZ_CHECK(quire_view_set(view, batch, &error) == 0, "%s", error.cause);
    for (int64_t row = 0; row < batch->length; row++) {
        size_t before = text->size;
        int code = quire_json_value_write(view, row, &style, text, &error);
        if (code != 0) {
            fuzz_check_error(code, &error);
            text->size = before;
            FUZZ_CHECK(quire_buf_printf(text, "%s: %s", error.column, error.cause) == 0, "memory");
        }
        FUZZ_CHECK(quire_buf_push(text, '\n') == 0, "no memory");
    }
}

int fuzz_stream_text(struct ArrowArrayStream *stream, struct quire_buf *text, int64_t *rows,
                     struct quire_error *error)
{
    struct ArrowSchema schema = {.release = NULL};
    struct quire_field *root = NULL;
    struct quire_view *view = NULL;
    int code = quire_stream_schema(stream, &schema, error);
    FUZZ_CHECK(code == 0, "%s", error->cause);
    FUZZ_CHECK(quire_field_open(&schema, &root, error) == 0, "%s", error->cause);
    FUZZ_CHECK(quire_view_new(root, &view, error) == 0, "%s", error->cause);
    *rows = 0;
    while (code == 0) {
        struct ArrowArray batch = {.release = NULL};
        code = quire_stream_next(stream, &batch, error);
        if (code != 0 || batch.release == NULL) break;
        *rows += batch.length;
        note_batch(text, &schema, view, &batch);
        quire_array_release(&batch);
    }
    quire_view_free(view);
    quire_field_close(root);
    quire_schema_release(&schema);
    return code;
}

void fuzz_check_text(const struct quire_buf *a, const struct quire_buf *b)
{
    bool same = a->size == b->size && (a->size == 0 || memcmp(a->data, b->data, a->size) == 0);
    FUZZ_CHECK(same, "%.*s | %.*s", (int)(a->size < SHOWN_BYTES ? a->size : SHOWN_BYTES),
               a->size > 0 ? (const char *)a->data : "",
               (int)(b->size < SHOWN_BYTES ? b->size : SHOWN_BYTES),
               b->size > 0 ? (const char *)b->data : "");
}
