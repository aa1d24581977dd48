#include "table/rows/given_rows.h"

#include <stdio.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "data/batch_stream.h"
#include "data/value_text.h"

static int given_schema(void *source, struct ArrowSchema *schema, struct quire_error *error)
{
    const struct quire_given_rows *given = source;
    return quire_schema_copy(&given->schema, schema, error);
}

static int given_next(void *source, struct ArrowArray *batch, struct quire_error *error)
{
    struct quire_given_rows *given = source;
    QUIRE_CLEANUP(quire_array_release) struct ArrowArray read = {.release = NULL};
    batch->release = NULL;
    QUIRE_TRY(quire_stream_next(given->source, &read, error));
    if (read.release == NULL) return 0;
    int code = given->look(given->user, &given->schema, &read, error);
    if (code != 0) {
        if (error != NULL && error->row != QUIRE_NOWHERE) error->row += given->rows;
        return code;
    }
    given->rows += read.length;
    *batch = read;
    read.release = NULL;
    return 0;
}

static void given_close(void *source)
{
    (void)source;
}

int quire_given_rows_stream(struct quire_given_rows *given, struct ArrowArrayStream *stream,
                            struct quire_error *error)
{
    static const struct quire_stream_ops ops = {given_schema, given_next, given_close};
    QUIRE_TRY(quire_stream_schema(given->source, &given->schema, error));
    return quire_stream_wrap(&ops, given, stream, error);
}

void quire_given_rows_release(struct quire_given_rows *given)
{
    quire_schema_release(&given->schema);
}

static void show_value(const struct quire_view *view, int64_t row, struct quire_buf *text)
{
    static const struct quire_value_style style;
    if (quire_kind_is_nested(view->field->kind) ||
        (!quire_view_is_null(view, row) && quire_value_write(view, row, &style, text) != 0))
        (void)quire_buf_append_text(text, "...");
    else if (quire_view_is_null(view, row))
        (void)quire_buf_append_text(text, "null");
}

void quire_given_rows_show(const struct ArrowSchema *schema, const struct ArrowArray *batch,
                           int64_t row, bool (*wanted)(void *user, const char *column), void *user,
                           char *out, size_t size)
{
    QUIRE_CLEANUP(quire_field_cleanup) struct quire_field *field = NULL;
    QUIRE_CLEANUP(quire_view_cleanup) struct quire_view *view = NULL;
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf text = {0};
    if (quire_field_open(schema, &field, NULL) == 0 && quire_view_new(field, &view, NULL) == 0 &&
        quire_view_set(view, batch, NULL) == 0)
        for (size_t i = 0; i < view->children_size; i++) {
            const struct quire_view *child = &view->children[i];
            if (!wanted(user, child->field->name)) continue;
            (void)quire_buf_printf(&text, "%s%s=", text.size > 0 ? ", " : "", child->field->name);
            show_value(child, row, &text);
        }
    snprintf(out, size, "%.*s", (int)(text.size < size ? text.size : size - 1),
             text.data != NULL ? (const char *)text.data : "");
}
