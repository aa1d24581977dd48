/* Events as Ion text: one top-level value a line, or with members on lines of their
 * own. Unknown symbols are written as IDs of tables that stand before them. */
#include <string.h>

#include "base/fail.h"
#include "format/ion/ion_text_put.h"
#include "format/ion/ion_timestamp.h"
#include "format/ion/ion_writer.h"

static int put_symbol(struct quire_ion_writer *writer, const struct quire_ion_symbol *symbol)
{
    if (symbol->text != NULL) return quire_ion_put_symbol(&writer->out, symbol->text, symbol->size);
    int64_t id = quire_ion_unknown_id(writer, symbol);
    if (id < 0) return QUIRE_INPUT;
    return quire_buf_printf(&writer->out, "$%lld", (long long)id);
}

static int put_line(struct quire_ion_writer *writer)
{
    size_t size = 1 + 2 * writer->depth;
    QUIRE_TRY(quire_buf_reserve(&writer->out, size));
    memset(quire_buf_end(&writer->out), ' ', size);
    *quire_buf_end(&writer->out) = '\n';
    writer->out.size += size;
    return 0;
}

static int put_float(struct quire_ion_writer *writer, const struct quire_ion_value *value)
{
    struct quire_buf *out = &writer->out;
    QUIRE_TRY(quire_buf_reserve(out, QUIRE_ION_FLOAT_TEXT_MAX));
    char *put = quire_ion_format_f64(value->real, (char *)quire_buf_end(out));
    out->size = (size_t)((uint8_t *)put - out->data);
    return 0;
}

static int put_null(struct quire_ion_writer *writer, enum quire_ion_type type)
{
    QUIRE_TRY(quire_buf_append_text(&writer->out, "null"));
    if (type == QUIRE_ION_NULL) return 0;
    return quire_buf_printf(&writer->out, ".%s", quire_ion_type_names[type]);
}

static int put_scalar(struct quire_ion_writer *writer, const struct quire_ion_value *value)
{
    struct quire_buf *out = &writer->out;
    if (value->null) return put_null(writer, value->type);
    switch (value->type) {
    case QUIRE_ION_BOOL: return quire_buf_append_text(out, value->boolean ? "true" : "false");
    case QUIRE_ION_INT: return quire_ion_put_number(out, &value->integer);
    case QUIRE_ION_FLOAT: return put_float(writer, value);
    case QUIRE_ION_DECIMAL: return quire_ion_put_decimal(out, &value->decimal);
    case QUIRE_ION_TIMESTAMP: return quire_ion_timestamp_print(&value->timestamp, out);
    case QUIRE_ION_SYMBOL: return put_symbol(writer, &value->symbol);
    case QUIRE_ION_STRING: return quire_ion_put_string(out, value->bytes.data, value->bytes.size);
    case QUIRE_ION_CLOB: return quire_ion_put_clob(out, value->bytes.data, value->bytes.size);
    case QUIRE_ION_BLOB: return quire_ion_put_blob(out, value->bytes.data, value->bytes.size);
    default: return QUIRE_INTERNAL;
    }
}

/* What separates the value from the one before, its name and its annotations. */
static int put_before(struct quire_ion_writer *writer, const struct quire_ion_value *value)
{
    struct quire_buf *out = &writer->out;
    if (writer->depth > 0) {
        bool sexp = writer->types[writer->depth - 1] == QUIRE_ION_SEXP;
        if (!writer->first && !(sexp && writer->pretty))
            QUIRE_TRY(quire_buf_push(out, sexp ? ' ' : ','));
        if (writer->pretty) QUIRE_TRY(put_line(writer));
    }
    writer->first = false;
    if (value->named) {
        QUIRE_TRY(put_symbol(writer, &value->name));
        QUIRE_TRY(quire_buf_append(out, ": ", writer->pretty ? 2 : 1));
    }
    for (size_t i = 0; i < value->annotations_size; i++) {
        QUIRE_TRY(put_symbol(writer, &value->annotations[i]));
        QUIRE_TRY(quire_buf_append(out, "::", 2));
    }
    return 0;
}

static int put_end(struct quire_ion_writer *writer)
{
    enum quire_ion_type type = (enum quire_ion_type)writer->types[--writer->depth];
    if (writer->pretty && !writer->first) QUIRE_TRY(put_line(writer));
    writer->first = false;
    return quire_buf_push(&writer->out, type == QUIRE_ION_LIST   ? ']'
                                        : type == QUIRE_ION_SEXP ? ')'
                                                                 : '}');
}

int quire_ion_write_text(struct quire_ion_writer *writer, const struct quire_ion_value *value)
{
    if (value->event == QUIRE_ION_NONE) return 0;
    if (value->event == QUIRE_ION_END) {
        QUIRE_TRY(put_end(writer));
    } else {
        QUIRE_TRY(put_before(writer, value));
        if (value->event == QUIRE_ION_BEGIN) {
            writer->types[writer->depth++] = (uint8_t)value->type;
            writer->first = true;
            return quire_buf_push(&writer->out, value->type == QUIRE_ION_LIST   ? '['
                                                : value->type == QUIRE_ION_SEXP ? '('
                                                                                : '{');
        }
        QUIRE_TRY(put_scalar(writer, value));
    }
    return writer->depth == 0 ? quire_buf_push(&writer->out, '\n') : 0;
}
