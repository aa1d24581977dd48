/* Events as JSON, by the rules of Ion's cookbook ("Down-converting to JSON"): nulls of any
 * type are null; numbers keep all their digits; nan and infinities are null; timestamps,
 * symbols and blobs (base64) are strings, clobs strings of their bytes as characters;
 * S-expressions are arrays; annotations are left out. Repeated names stay repeated. */
#include <string.h>

#include "base/base64.h"
#include "base/cleanup.h"
#include "base/fail.h"
#include "base/json_text.h"
#include "base/number.h"
#include "format/ion/ion_number.h"
#include "format/ion/ion_text_put.h"
#include "format/ion/ion_timestamp.h"
#include "format/ion/ion_writer.h"

static int put_text(struct quire_ion_writer *writer, const void *text, size_t size)
{
    return quire_json_append_string(&writer->out, text, size, writer->ascii);
}

/* A symbol without text by its ID, as Ion text has it. */
static int put_symbol(struct quire_ion_writer *writer, const struct quire_ion_symbol *symbol)
{
    if (symbol->text != NULL) return put_text(writer, symbol->text, symbol->size);
    return quire_buf_printf(&writer->out, "\"$%lld\"", (long long)symbol->id);
}

/* As the text of a decimal, but for what JSON does not allow. */
static int put_decimal(struct quire_ion_writer *writer, const struct quire_ion_decimal *decimal)
{
    struct quire_buf *out = &writer->out;
    size_t start = out->size;
    QUIRE_TRY(quire_ion_put_decimal(out, decimal));
    if (out->data[out->size - 1] == '.') out->size--;
    uint8_t *mark = memchr(out->data + start, 'd', out->size - start);
    if (mark != NULL) *mark = 'e';
    return 0;
}

static int put_float(struct quire_ion_writer *writer, const struct quire_ion_value *value)
{
    struct quire_buf *out = &writer->out;
    /* "1.5e0" came from text: its digits stand, whatever a double makes of them. */
    const struct quire_ion_bytes *text = &value->real_text;
    if (text->size > 0) {
        size_t size = text->size;
        if (size > 2 && text->data[size - 1] == '0' && (text->data[size - 2] | 0x20) == 'e')
            size -= 2;
        return quire_buf_append(out, text->data, size);
    }
    if (!__builtin_isfinite(value->real)) return quire_buf_append_text(out, "null");
    QUIRE_TRY(quire_buf_reserve(out, QUIRE_FLOAT_TEXT_MAX));
    char *put = quire_number_format_f64(value->real, (char *)quire_buf_end(out));
    out->size = (size_t)((uint8_t *)put - out->data);
    return 0;
}

static int put_clob(struct quire_buf *out, const struct quire_ion_bytes *clob)
{
    QUIRE_TRY(quire_buf_push(out, '"'));
    for (size_t i = 0; i < clob->size; i++) {
        uint8_t c = clob->data[i];
        if (c == '"' || c == '\\')
            QUIRE_TRY(quire_buf_printf(out, "\\%c", c));
        else if (c >= 0x20 && c < 0x7f)
            QUIRE_TRY(quire_buf_push(out, c));
        else
            QUIRE_TRY(quire_buf_printf(out, "\\u%04x", c));
    }
    return quire_buf_push(out, '"');
}

static int put_blob(struct quire_buf *out, const struct quire_ion_bytes *blob)
{
    QUIRE_TRY(quire_buf_reserve(out, quire_base64_size(blob->size) + 2));
    char *put = (char *)quire_buf_end(out);
    *put++ = '"';
    put = quire_base64_encode(blob->data, blob->size, put);
    *put++ = '"';
    out->size = (size_t)((uint8_t *)put - out->data);
    return 0;
}

static int put_scalar(struct quire_ion_writer *writer, const struct quire_ion_value *value)
{
    struct quire_buf *out = &writer->out;
    if (value->null) return quire_buf_append_text(out, "null");
    switch (value->type) {
    case QUIRE_ION_BOOL: return quire_buf_append_text(out, value->boolean ? "true" : "false");
    case QUIRE_ION_INT: return quire_ion_put_number(out, &value->integer);
    case QUIRE_ION_FLOAT: return put_float(writer, value);
    case QUIRE_ION_DECIMAL: return put_decimal(writer, &value->decimal);
    case QUIRE_ION_TIMESTAMP:
        QUIRE_TRY(quire_buf_push(out, '"'));
        QUIRE_TRY(quire_ion_timestamp_print(&value->timestamp, out));
        return quire_buf_push(out, '"');
    case QUIRE_ION_SYMBOL: return put_symbol(writer, &value->symbol);
    case QUIRE_ION_STRING: return put_text(writer, value->bytes.data, value->bytes.size);
    case QUIRE_ION_CLOB: return put_clob(out, &value->bytes);
    case QUIRE_ION_BLOB: return put_blob(out, &value->bytes);
    default: return QUIRE_INTERNAL;
    }
}

/* A line break and the indent of the depth, that of the array around all included. */
static int put_line(struct quire_ion_writer *writer, size_t depth)
{
    bool array = writer->form == QUIRE_ION_FORM_JSON && !writer->document;
    size_t size = 1 + 2 * (depth + (array && writer->pretty));
    QUIRE_TRY(quire_buf_reserve(&writer->out, size));
    memset(quire_buf_end(&writer->out), ' ', size);
    *quire_buf_end(&writer->out) = '\n';
    writer->out.size += size;
    return 0;
}

static int put_before(struct quire_ion_writer *writer, const struct quire_ion_value *value)
{
    struct quire_buf *out = &writer->out;
    bool array = writer->form == QUIRE_ION_FORM_JSON && !writer->document;
    if (writer->depth > 0) {
        if (!writer->first) QUIRE_TRY(quire_buf_push(out, ','));
        if (writer->pretty) QUIRE_TRY(put_line(writer, writer->depth));
    } else if (array) {
        QUIRE_TRY(quire_buf_push(out, writer->values == 0 ? '[' : ','));
        QUIRE_TRY(put_line(writer, 0));
    }
    writer->first = false;
    if (!value->named) return 0;
    QUIRE_TRY(put_symbol(writer, &value->name));
    return quire_buf_append(out, ": ", writer->pretty ? 2 : 1);
}

static int put_end(struct quire_ion_writer *writer)
{
    enum quire_ion_type type = (enum quire_ion_type)writer->types[--writer->depth];
    if (writer->pretty && !writer->first) QUIRE_TRY(put_line(writer, writer->depth));
    writer->first = false;
    return quire_buf_push(&writer->out, type == QUIRE_ION_STRUCT ? '}' : ']');
}

int quire_ion_write_json(struct quire_ion_writer *writer, const struct quire_ion_value *value)
{
    struct quire_buf *out = &writer->out;
    bool array = writer->form == QUIRE_ION_FORM_JSON && !writer->document;
    if (value->event == QUIRE_ION_NONE)
        return array ? quire_buf_append_text(out, writer->values == 0 ? "[]\n" : "\n]\n") : 0;
    if (value->event == QUIRE_ION_END) {
        QUIRE_TRY(put_end(writer));
    } else {
        QUIRE_TRY(put_before(writer, value));
        if (value->event == QUIRE_ION_BEGIN) {
            writer->types[writer->depth++] = (uint8_t)value->type;
            writer->first = true;
            return quire_buf_push(out, value->type == QUIRE_ION_STRUCT ? '{' : '[');
        }
        QUIRE_TRY(put_scalar(writer, value));
    }
    return writer->depth == 0 && !array ? quire_buf_push(out, '\n') : 0;
}
