/* Events as Ion binary. A top-level value gathers in a body; when it is whole, the
 * symbols that it was the first to use are declared, and it follows. */
#include "format/ion/ion_binary.h"

#include <string.h>

#include "base/fail.h"
#include "format/ion/ion_timestamp.h"
#include "format/ion/ion_writer.h"

/* The longest fixed part of a scalar: a timestamp's fields. */
#define FIELDS_MAX 64

void quire_ion_body_release(struct quire_ion_body *body)
{
    quire_buf_release(&body->bytes);
    quire_buf_release(&body->patches);
    quire_buf_release(&body->frames);
}

/* --- Bodies ----------------------------------------------------------------------- */

static struct quire_ion_patch *patch_at(struct quire_ion_body *body, size_t i)
{
    return (struct quire_ion_patch *)(void *)body->patches.data + i;
}

static int add_patch(struct quire_ion_body *body, unsigned code, size_t *place)
{
    struct quire_ion_patch patch = {.at = body->bytes.size, .code = code};
    *place = body->patches.size / sizeof(patch);
    return quire_buf_append(&body->patches, &patch, sizeof(patch));
}

static int put_varuint(struct quire_buf *out, uint64_t value)
{
    QUIRE_TRY(quire_buf_reserve(out, QUIRE_ION_VARUINT_MAX));
    out->size = (size_t)(quire_ion_put_varuint(quire_buf_end(out), value) - out->data);
    return 0;
}

/* annot_length and the IDs, which `ids` holds as VarUInts. */
static int put_annotations(struct quire_ion_body *body, const struct quire_buf *ids)
{
    QUIRE_TRY(put_varuint(&body->bytes, ids->size));
    return quire_buf_append(&body->bytes, ids->data, ids->size);
}

static int body_begin(struct quire_ion_body *body, enum quire_ion_type type,
                      const struct quire_buf *annotations)
{
    struct quire_ion_body_frame frame = {.wrapper = SIZE_MAX};
    if (annotations->size > 0) {
        QUIRE_TRY(add_patch(body, 14, &frame.wrapper));
        QUIRE_TRY(put_annotations(body, annotations));
    }
    QUIRE_TRY(add_patch(body, quire_ion_code(type), &frame.patch));
    frame.start = body->bytes.size;
    return quire_buf_append(&body->frames, &frame, sizeof(frame));
}

static void body_end(struct quire_ion_body *body)
{
    struct quire_ion_body_frame frame, *outer;
    body->frames.size -= sizeof(frame);
    memcpy(&frame, body->frames.data + body->frames.size, sizeof(frame));
    struct quire_ion_patch *patch = patch_at(body, frame.patch);
    patch->size = body->bytes.size - frame.start + frame.headers;
    size_t headers = frame.headers + quire_ion_header_size(patch->size);
    if (frame.wrapper != SIZE_MAX) {
        struct quire_ion_patch *wrapper = patch_at(body, frame.wrapper);
        wrapper->size = body->bytes.size - wrapper->at + headers;
        headers += quire_ion_header_size(wrapper->size);
    }
    if (body->frames.size == 0) return;
    outer = (struct quire_ion_body_frame *)(void *)(body->frames.data + body->frames.size) - 1;
    outer->headers += headers;
}

/* The bytes with their headers, to the end of out; the body is empty again. */
static int body_flush(struct quire_ion_body *body, struct quire_buf *out)
{
    size_t count = body->patches.size / sizeof(struct quire_ion_patch), from = 0;
    QUIRE_TRY(quire_buf_reserve(out, body->bytes.size + count * QUIRE_ION_HEADER_MAX));
    uint8_t *put = quire_buf_end(out);
    for (size_t i = 0; i <= count; i++) {
        size_t to = i < count ? patch_at(body, i)->at : body->bytes.size;
        if (to > from) memcpy(put, body->bytes.data + from, to - from);
        put += to - from;
        from = to;
        if (i < count)
            put = quire_ion_put_header(put, patch_at(body, i)->code, patch_at(body, i)->size);
    }
    out->size = (size_t)(put - out->data);
    body->bytes.size = body->patches.size = body->frames.size = 0;
    return 0;
}

/* --- Symbol tables ---------------------------------------------------------------- */

static int put_bytes(struct quire_buf *out, unsigned code, const void *bytes, size_t size)
{
    QUIRE_TRY(quire_buf_reserve(out, QUIRE_ION_HEADER_MAX + size));
    uint8_t *put = quire_ion_put_header(quire_buf_end(out), code, size);
    if (size > 0) memcpy(put, bytes, size);
    out->size = (size_t)(put + size - out->data);
    return 0;
}

static int put_u64(struct quire_buf *out, unsigned code, uint64_t value)
{
    size_t size = quire_ion_uint_size(value);
    QUIRE_TRY(quire_buf_reserve(out, 1 + 8));
    uint8_t *put = quire_ion_put_header(quire_buf_end(out), code, size);
    out->size = (size_t)(quire_ion_put_uint(put, value, size) - out->data);
    return 0;
}

static int put_import(struct quire_ion_body *body, const struct quire_ion_import *import)
{
    static const struct quire_buf none = {NULL, 0, 0};
    struct quire_buf *out = &body->bytes;
    QUIRE_TRY(body_begin(body, QUIRE_ION_STRUCT, &none));
    QUIRE_TRY(put_varuint(out, 4)); /* name */
    QUIRE_TRY(put_bytes(out, 8, import->name, import->name_size));
    QUIRE_TRY(put_varuint(out, 5)); /* version */
    QUIRE_TRY(put_u64(out, 2, (uint64_t)import->version));
    QUIRE_TRY(put_varuint(out, 8)); /* max_id */
    QUIRE_TRY(put_u64(out, 2, (uint64_t)import->max_id));
    body_end(body);
    return 0;
}

static int put_imports(struct quire_ion_body *body, const struct quire_ion_symbols *imports,
                       bool append)
{
    static const struct quire_buf none = {NULL, 0, 0};
    if (!append && imports == NULL) return 0;
    QUIRE_TRY(put_varuint(&body->bytes, QUIRE_ION_SYSTEM_IMPORTS));
    if (append) return put_u64(&body->bytes, 7, QUIRE_ION_SYSTEM_SYMBOL_TABLE);
    QUIRE_TRY(body_begin(body, QUIRE_ION_LIST, &none));
    for (size_t i = 0; i < imports->segments_size; i++)
        if (imports->segments[i].import != NULL)
            QUIRE_TRY(put_import(body, imports->segments[i].import));
    body_end(body);
    return 0;
}

int quire_ion_put_table(struct quire_ion_body *body, const struct quire_ion_symbols *imports,
                        const struct quire_ion_intern *intern, size_t from, bool append,
                        struct quire_buf *out)
{
    static const struct quire_buf none = {NULL, 0, 0};
    uint8_t table_id = 0x80 | QUIRE_ION_SYSTEM_SYMBOL_TABLE;
    const struct quire_buf annotation = {&table_id, 1, 1};
    const struct quire_ion_text *texts = quire_ion_intern_texts(intern);
    QUIRE_TRY(body_begin(body, QUIRE_ION_STRUCT, &annotation));
    QUIRE_TRY(put_imports(body, imports, append));
    QUIRE_TRY(put_varuint(&body->bytes, QUIRE_ION_SYSTEM_SYMBOLS));
    QUIRE_TRY(body_begin(body, QUIRE_ION_LIST, &none));
    for (size_t i = from; i < quire_ion_intern_size(intern); i++)
        QUIRE_TRY(texts[i].data != NULL ? put_bytes(&body->bytes, 8, texts[i].data, texts[i].size)
                                        : quire_buf_push(&body->bytes, 0x8f));
    body_end(body);
    body_end(body);
    return body_flush(body, out);
}

/* What must stand before the next value: the version marker, and its new symbols. */
static int put_declarations(struct quire_ion_writer *writer)
{
    size_t count = quire_ion_intern_size(&writer->intern);
    if (!writer->marked) QUIRE_TRY(quire_buf_append(&writer->out, QUIRE_ION_VERSION_MARKER, 4));
    writer->marked = true;
    if (count == writer->declared) return 0;
    QUIRE_TRY(quire_ion_put_table(&writer->table, NULL, &writer->intern, writer->declared,
                                  writer->declared > 0 || writer->mirrored, &writer->out));
    writer->declared = count;
    return 0;
}

/* --- Scalars ------------------------------------------------------------------------ */

static int symbol_id(struct quire_ion_writer *writer, const struct quire_ion_symbol *symbol,
                     int64_t *id)
{
    if (symbol->text != NULL)
        return quire_ion_intern_add(&writer->intern, symbol->text, symbol->size, id);
    *id = quire_ion_unknown_id(writer, symbol);
    return *id < 0 ? QUIRE_INPUT : 0;
}

static int put_number(struct quire_buf *out, const struct quire_ion_number *number)
{
    unsigned code = number->negative ? 3 : 2;
    if (number->big == NULL) return put_u64(out, code, number->small);
    return put_bytes(out, code, number->big, number->big_size);
}

static int put_float(struct quire_buf *out, const struct quire_ion_value *value)
{
    uint8_t bytes[8];
    uint64_t bits;
    float single = (float)value->real;
    uint32_t bits32;
    memcpy(&bits, &value->real, 8);
    if (bits == 0) return quire_buf_push(out, 0x40);
    memcpy(&bits32, &single, 4);
    size_t size = value->single ? 4 : 8;
    quire_ion_put_uint(bytes, value->single ? bits32 : bits, size);
    return put_bytes(out, 4, bytes, size);
}

/* The bytes of an Int: a magnitude with the sign in its first bit. */
static int put_int_field(struct quire_buf *out, const struct quire_ion_number *number)
{
    uint8_t small[9] = {0};
    const uint8_t *bytes = number->big;
    size_t size = number->big_size;
    if (bytes == NULL) {
        quire_ion_put_uint(small, number->small, 8);
        size = quire_ion_uint_size(number->small);
        bytes = small + 8 - size;
    }
    if (size == 0 && !number->negative) return 0;
    if (size == 0 || bytes[0] & 0x80) QUIRE_TRY(quire_buf_push(out, 0));
    size_t first = size == 0 || bytes[0] & 0x80 ? out->size - 1 : out->size;
    QUIRE_TRY(quire_buf_append(out, bytes, size));
    if (number->negative) out->data[first] |= 0x80;
    return 0;
}

static int put_decimal(struct quire_buf *out, const struct quire_ion_decimal *decimal,
                       struct quire_buf *scratch)
{
    const struct quire_ion_number *coefficient = &decimal->coefficient;
    quire_buf_clear(scratch);
    if (decimal->exponent == 0 && coefficient->big == NULL && coefficient->small == 0 &&
        !coefficient->negative)
        return quire_buf_push(out, 0x50);
    QUIRE_TRY(quire_buf_reserve(scratch, QUIRE_ION_VARUINT_MAX));
    scratch->size = (size_t)(quire_ion_put_varint(quire_buf_end(scratch), decimal->exponent,
                                                  decimal->exponent < 0) -
                             scratch->data);
    QUIRE_TRY(put_int_field(scratch, coefficient));
    return put_bytes(out, 5, scratch->data, scratch->size);
}

static int put_timestamp(struct quire_buf *out, const struct quire_ion_timestamp *given,
                         struct quire_buf *scratch)
{
    struct quire_ion_timestamp utc = *given;
    enum quire_ion_precision precision = given->precision;
    if (given->offset != 0) quire_ion_timestamp_shift(&utc, -given->offset);
    quire_buf_clear(scratch);
    QUIRE_TRY(quire_buf_reserve(scratch, FIELDS_MAX));
    uint8_t *put = quire_ion_put_varint(scratch->data, given->offset,
                                        given->offset < 0 || !given->offset_known);
    put = quire_ion_put_varuint(put, (uint64_t)utc.year);
    if (precision >= QUIRE_ION_MONTH) put = quire_ion_put_varuint(put, utc.month);
    if (precision >= QUIRE_ION_DAY) put = quire_ion_put_varuint(put, utc.day);
    if (precision >= QUIRE_ION_MINUTE) {
        put = quire_ion_put_varuint(put, utc.hour);
        put = quire_ion_put_varuint(put, utc.minute);
    }
    if (precision >= QUIRE_ION_SECOND) put = quire_ion_put_varuint(put, utc.second);
    if (precision == QUIRE_ION_FRACTION)
        put = quire_ion_put_varint(put, -(int64_t)utc.fraction_digits, true);
    scratch->size = (size_t)(put - scratch->data);
    if (precision == QUIRE_ION_FRACTION) QUIRE_TRY(put_int_field(scratch, &utc.fraction));
    return put_bytes(out, 6, scratch->data, scratch->size);
}

static int put_scalar(struct quire_ion_writer *writer, const struct quire_ion_value *value,
                      struct quire_buf *out)
{
    int64_t id;
    if (value->null) return quire_buf_push(out, (uint8_t)(quire_ion_code(value->type) << 4 | 15));
    switch (value->type) {
    case QUIRE_ION_BOOL: return quire_buf_push(out, 0x10 | value->boolean);
    case QUIRE_ION_INT: return put_number(out, &value->integer);
    case QUIRE_ION_FLOAT: return put_float(out, value);
    case QUIRE_ION_DECIMAL: return put_decimal(out, &value->decimal, &writer->scratch);
    case QUIRE_ION_TIMESTAMP: return put_timestamp(out, &value->timestamp, &writer->scratch);
    case QUIRE_ION_SYMBOL:
        QUIRE_TRY(symbol_id(writer, &value->symbol, &id));
        return put_u64(out, 7, (uint64_t)id);
    default:
        return put_bytes(out, quire_ion_code(value->type), value->bytes.data, value->bytes.size);
    }
}

/* --- Events ------------------------------------------------------------------------- */

/* The IDs of the annotations as VarUInts, in `ids`. */
static int annotation_ids(struct quire_ion_writer *writer, const struct quire_ion_value *value,
                          struct quire_buf *ids)
{
    quire_buf_clear(ids);
    for (size_t i = 0; i < value->annotations_size; i++) {
        int64_t id;
        QUIRE_TRY(symbol_id(writer, &value->annotations[i], &id));
        QUIRE_TRY(put_varuint(ids, (uint64_t)id));
    }
    return 0;
}

/* A scalar within its wrapper: the value is made first, aside, to know its size. */
static int put_annotated(struct quire_ion_writer *writer, const struct quire_ion_value *value,
                         const struct quire_buf *ids)
{
    struct quire_buf *out = &writer->body.bytes, *aside = &writer->table.bytes;
    quire_buf_clear(aside);
    QUIRE_TRY(put_scalar(writer, value, aside));
    size_t size = quire_ion_varuint_size(ids->size) + ids->size + aside->size;
    QUIRE_TRY(quire_buf_reserve(out, QUIRE_ION_HEADER_MAX));
    out->size = (size_t)(quire_ion_put_header(quire_buf_end(out), 14, size) - out->data);
    QUIRE_TRY(put_annotations(&writer->body, ids));
    QUIRE_TRY(quire_buf_append(out, aside->data, aside->size));
    quire_buf_clear(aside);
    return 0;
}

static int put_event(struct quire_ion_writer *writer, const struct quire_ion_value *value)
{
    struct quire_ion_body *body = &writer->body;
    struct quire_buf *ids = &writer->table.frames; /* free while no table is made */
    if (value->event == QUIRE_ION_END) {
        writer->depth--;
        body_end(body);
        return 0;
    }
    if (value->named) {
        int64_t id;
        QUIRE_TRY(symbol_id(writer, &value->name, &id));
        QUIRE_TRY(put_varuint(&body->bytes, (uint64_t)id));
    }
    QUIRE_TRY(annotation_ids(writer, value, ids));
    int code = 0;
    if (value->event == QUIRE_ION_BEGIN) {
        writer->depth++;
        code = body_begin(body, value->type, ids);
    } else if (ids->size > 0) {
        code = put_annotated(writer, value, ids);
    } else {
        code = put_scalar(writer, value, &body->bytes);
    }
    quire_buf_clear(ids);
    return code;
}

int quire_ion_write_binary(struct quire_ion_writer *writer, const struct quire_ion_value *value)
{
    if (value->event == QUIRE_ION_NONE) return put_declarations(writer);
    QUIRE_TRY(put_event(writer, value));
    if (writer->depth > 0) return 0;
    QUIRE_TRY(put_declarations(writer));
    return body_flush(&writer->body, &writer->out);
}
