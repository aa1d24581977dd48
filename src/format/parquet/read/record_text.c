/* A refused record has no text of its own in Parquet: it is told as JSON. */
#include "base/cleanup.h"
#include "format/json/json_value.h"
#include "format/parquet/read/read_target.h"

int quire_parquet_record_text(const struct ArrowSchema *schema, const struct ArrowArray *record,
                              struct quire_buf *text, struct quire_error *error)
{
    const struct quire_json_style style = {.replace_utf8 = true};
    struct quire_field *field = NULL;
    struct quire_view *view = NULL;
    int code = quire_field_open(schema, &field, error);
    if (code == 0) code = quire_view_new(field, &view, error);
    if (code == 0) code = quire_view_set(view, record, error);
    if (code == 0) code = quire_json_value_write(view, 0, &style, text, error);
    quire_view_free(view);
    quire_field_close(field);
    return code;
}
