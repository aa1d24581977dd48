/* Ion binary, one event a call (binary.md). Every length is checked against the end of
 * what it stands in, and every descriptor that is not legal is refused. */
#include "format/ion/ion_binary.h"

#include <string.h>

#include "base/fail.h"
#include "base/utf8.h"
#include "format/ion/ion_number.h"
#include "format/ion/ion_reader.h"
#include "format/ion/ion_timestamp.h"

enum { CODE_POSITIVE = 2, CODE_NEGATIVE = 3, CODE_STRUCT = 13, CODE_ANNOTATED = 14 };

/* binary.md, Illegal Type Descriptors: 0 for those; else the enum below. */
const uint8_t quire_ion_descriptors[256] = {
    2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1,
    2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 1, 0, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 1,
    2, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 1,
    0, 0, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 1,
    2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 1,
    2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 1,
    2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 1, 2, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 1,
    0, 0, 0, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
};

const char quire_ion_too_long[] = "a value is longer than what it stands in";

const char *quire_ion_take_long(const uint8_t *at, const uint8_t *end,
                                struct quire_ion_header *header)
{
    uint64_t size;
    if (!quire_ion_take_varuint(&at, end, &size)) return "a length does not end, or passes 63 bits";
    if (header->low == 1 && size == 0) return "a struct said to be ordered has no field";
    if (size > (uint64_t)(end - at)) return quire_ion_too_long;
    header->body = at;
    header->end = at + size;
    return NULL;
}

static int fail(const struct quire_ion_reader *reader, const uint8_t *at, const char *cause,
                struct quire_error *error)
{
    return quire_ion_fail_at(reader, at, QUIRE_INPUT, error, "%s", cause);
}

/* --- Scalars ------------------------------------------------------------------------ */

static int read_integer(const struct quire_ion_reader *reader,
                        const struct quire_ion_header *header, struct quire_ion_value *value,
                        struct quire_error *error)
{
    size_t size = (size_t)(header->end - header->body);
    value->integer = (struct quire_ion_number){.negative = header->code == CODE_NEGATIVE};
    if (__builtin_expect(size <= 8, 1)) {
        uint64_t small = 0;
        for (const uint8_t *p = header->body; p < header->end; p++)
            small = small << 8 | *p;
        value->integer.small = small;
    } else {
        quire_ion_number_of_bytes(header->body, size, &value->integer);
    }
    if (value->integer.big_size > QUIRE_ION_NUMBER_BYTES_MAX)
        return quire_ion_fail_at(reader, header->body, QUIRE_LIMIT, error,
                                 "an integer has more than %d bytes", QUIRE_ION_NUMBER_BYTES_MAX);
    if (value->integer.negative && quire_ion_number_is_zero(&value->integer))
        return fail(reader, header->body, "an integer is negative zero", error);
    return 0;
}

static void read_float(const struct quire_ion_header *header, struct quire_ion_value *value)
{
    uint64_t bits = 0;
    for (const uint8_t *p = header->body; p < header->end; p++)
        bits = bits << 8 | *p;
    value->single = header->low == 4;
    if (value->single) {
        float real;
        uint32_t bits32 = (uint32_t)bits;
        memcpy(&real, &bits32, 4);
        value->real = (double)real;
    } else {
        memcpy(&value->real, &bits, 8);
    }
}

/* An Int: its first bit is the sign. What is left goes to scratch when it is long. */
static int read_int_field(struct quire_ion_reader *reader, const uint8_t *at, const uint8_t *end,
                          struct quire_ion_number *number, struct quire_error *error)
{
    size_t size = (size_t)(end - at);
    *number = (struct quire_ion_number){.negative = size > 0 && (*at & 0x80) != 0};
    if (size <= 8) {
        for (const uint8_t *p = at; p < end; p++)
            number->small = number->small << 8 | (p == at ? *p & 0x7f : *p);
        return 0;
    }
    if (size > QUIRE_ION_NUMBER_BYTES_MAX)
        return quire_ion_fail_at(reader, at, QUIRE_LIMIT, error,
                                 "a coefficient has more than %d bytes",
                                 QUIRE_ION_NUMBER_BYTES_MAX);
    quire_buf_clear(&reader->number);
    if (quire_buf_append(&reader->number, at, size) != 0)
        return quire_fail_memory(error, reader->operation);
    reader->number.data[0] &= 0x7f;
    quire_ion_number_of_bytes(reader->number.data, size, number);
    return 0;
}

static int read_decimal(struct quire_ion_reader *reader, const struct quire_ion_header *header,
                        struct quire_ion_value *value, struct quire_error *error)
{
    const uint8_t *at = header->body;
    int64_t exponent = 0;
    bool negative;
    value->decimal = (struct quire_ion_decimal){.exponent = 0};
    if (at == header->end) return 0;
    if (!quire_ion_take_varint(&at, header->end, &exponent, &negative))
        return fail(reader, header->body, "the exponent of a decimal does not end", error);
    if (exponent < INT32_MIN || exponent > INT32_MAX)
        return quire_ion_fail_at(reader, header->body, QUIRE_LIMIT, error,
                                 "the exponent of a decimal passes 32 bits");
    value->decimal.exponent = (int32_t)exponent;
    return read_int_field(reader, at, header->end, &value->decimal.coefficient, error);
}

/* Below ten to the power of digits? */
static int fits_digits(struct quire_ion_reader *reader, const struct quire_ion_number *number,
                       uint32_t digits, bool *fits, struct quire_error *error)
{
    quire_buf_clear(&reader->digits);
    if (quire_ion_number_digits(number, &reader->digits) != 0)
        return quire_fail_memory(error, reader->operation);
    *fits = reader->digits.size <= digits || quire_ion_number_is_zero(number);
    return 0;
}

static int read_fraction(struct quire_ion_reader *reader, const uint8_t *at, const uint8_t *end,
                         struct quire_ion_timestamp *timestamp, struct quire_error *error)
{
    const uint8_t *first = at;
    int64_t exponent;
    bool negative, fits = true;
    if (!quire_ion_take_varint(&at, end, &exponent, &negative))
        return fail(reader, first, "the exponent of a fraction does not end", error);
    QUIRE_TRY(read_int_field(reader, at, end, &timestamp->fraction, error));
    bool zero = quire_ion_number_is_zero(&timestamp->fraction);
    if (timestamp->fraction.negative && !zero)
        return fail(reader, at, "a fraction of a second is negative", error);
    timestamp->fraction.negative = false;
    if (exponent >= 0)
        return zero ? 0 : fail(reader, first, "a fraction is not less than a second", error);
    if (exponent < -QUIRE_ION_FRACTION_DIGITS_MAX)
        return quire_ion_fail_at(reader, first, QUIRE_LIMIT, error,
                                 "a fraction has more than %d digits",
                                 QUIRE_ION_FRACTION_DIGITS_MAX);
    timestamp->fraction_digits = (uint32_t)-exponent;
    timestamp->precision = QUIRE_ION_FRACTION;
    QUIRE_TRY(fits_digits(reader, &timestamp->fraction, timestamp->fraction_digits, &fits, error));
    return fits ? 0 : fail(reader, first, "a fraction is not less than a second", error);
}

/* Year to second, as many as there are; *count of them. */
static bool take_fields(const uint8_t **at, const uint8_t *end, uint64_t fields[6], int *count)
{
    for (*count = 0; *count < 6 && *at < end; ++*count)
        if (!quire_ion_take_varuint(at, end, &fields[*count]) || fields[*count] > 9999)
            return false;
    return *count > 0 && *count != 4; /* hours go with minutes */
}

static int read_timestamp(struct quire_ion_reader *reader, const struct quire_ion_header *header,
                          struct quire_ion_value *value, struct quire_error *error)
{
    static const uint8_t precisions[] = {0,
                                         QUIRE_ION_YEAR,
                                         QUIRE_ION_MONTH,
                                         QUIRE_ION_DAY,
                                         QUIRE_ION_DAY,
                                         QUIRE_ION_MINUTE,
                                         QUIRE_ION_SECOND};
    struct quire_ion_timestamp *timestamp = &value->timestamp;
    const uint8_t *at = header->body;
    uint64_t fields[6] = {1, 1, 1, 0, 0, 0};
    int64_t offset;
    bool negative;
    int count;
    if (!quire_ion_take_varint(&at, header->end, &offset, &negative) || offset < -1439 ||
        offset > 1439)
        return fail(reader, header->body, "the offset of a timestamp is not one", error);
    if (!take_fields(&at, header->end, fields, &count) || fields[1] > 12 || fields[2] > 31 ||
        fields[3] > 23 || fields[4] > 59 || fields[5] > 59)
        return fail(reader, header->body, "the fields of a timestamp are not those of one", error);
    *timestamp = (struct quire_ion_timestamp){
        .precision = (enum quire_ion_precision)precisions[count],
        .year = (int16_t)fields[0],
        .month = (uint8_t)fields[1],
        .day = (uint8_t)fields[2],
        .hour = (uint8_t)fields[3],
        .minute = (uint8_t)fields[4],
        .second = (uint8_t)fields[5],
    };
    if (!quire_ion_timestamp_valid(timestamp))
        return fail(reader, header->body, "there is no such date", error);
    if (count == 6 && at < header->end)
        QUIRE_TRY(read_fraction(reader, at, header->end, timestamp, error));
    if (count < 5) return 0;
    timestamp->offset_known = offset != 0 || !negative;
    timestamp->offset = (int16_t)offset;
    if (offset != 0 && !quire_ion_timestamp_shift(timestamp, (int)offset))
        return fail(reader, header->body, "the local time leaves the years 1 to 9999", error);
    return 0;
}

static int read_symbol(const struct quire_ion_reader *reader, const struct quire_ion_header *header,
                       struct quire_ion_value *value, struct quire_error *error)
{
    uint64_t id = 0;
    for (const uint8_t *p = header->body; p < header->end; p++) {
        if (id >> 55 != 0) return fail(reader, header->body, "a symbol ID passes 63 bits", error);
        id = id << 8 | *p;
    }
    value->quoted = true;
    return quire_ion_resolve(reader, (int64_t)id, header->body, &value->symbol, error);
}

static int read_bytes(const struct quire_ion_reader *reader, const struct quire_ion_header *header,
                      struct quire_ion_value *value, struct quire_error *error)
{
    value->bytes.data = header->body;
    value->bytes.size = (size_t)(header->end - header->body);
    if (value->type != QUIRE_ION_STRING) return 0;
    size_t valid = quire_utf8_valid_prefix(value->bytes.data, value->bytes.size);
    if (valid == value->bytes.size) return 0;
    return fail(reader, header->body + valid, "a string is not UTF-8", error);
}

static int read_scalar(struct quire_ion_reader *reader, const struct quire_ion_header *header,
                       struct quire_ion_value *value, struct quire_error *error)
{
    switch (value->type) {
    case QUIRE_ION_BOOL: value->boolean = header->low == 1; return 0;
    case QUIRE_ION_INT: return read_integer(reader, header, value, error);
    case QUIRE_ION_FLOAT: read_float(header, value); return 0;
    case QUIRE_ION_DECIMAL: return read_decimal(reader, header, value, error);
    case QUIRE_ION_TIMESTAMP: return read_timestamp(reader, header, value, error);
    case QUIRE_ION_SYMBOL: return read_symbol(reader, header, value, error);
    default: return read_bytes(reader, header, value, error);
    }
}

/* --- Values -------------------------------------------------------------------------- */

/* The value inside an annotation wrapper; header becomes its header. */
static int read_wrapper(struct quire_ion_reader *reader, struct quire_ion_header *header,
                        struct quire_ion_value *value, struct quire_error *error)
{
    const uint8_t *at = header->body, *end = header->end;
    uint64_t size, id;
    if (!quire_ion_take_varuint(&at, end, &size) || size == 0 || size >= (uint64_t)(end - at))
        return fail(reader, header->body, "the annotations of a value have no right length", error);
    for (const uint8_t *last = at + size; at < last;) {
        struct quire_ion_symbol symbol;
        const uint8_t *id_at = at;
        if (!quire_ion_take_varuint(&at, last, &id))
            return fail(reader, id_at, "an annotation does not end", error);
        QUIRE_TRY(quire_ion_resolve(reader, (int64_t)id, id_at, &symbol, error));
        QUIRE_TRY(quire_ion_annotate(reader, &symbol, error));
    }
    const char *wrong = quire_ion_take_header(at, end, header);
    if (wrong != NULL) return fail(reader, at, wrong, error);
    if (header->code == CODE_ANNOTATED || (header->code == 0 && header->low != 15))
        return fail(reader, at, "annotations stand before no value", error);
    if (header->end != end)
        return fail(reader, header->end, "something follows an annotated value", error);
    value->annotations = reader->annotations;
    value->annotations_size = reader->annotations_size;
    return 0;
}

static int read_value(struct quire_ion_reader *reader, struct quire_ion_header *header,
                      struct quire_ion_value *value, struct quire_error *error)
{
    if (header->code == CODE_ANNOTATED) QUIRE_TRY(read_wrapper(reader, header, value, error));
    value->type = (enum quire_ion_type)(header->code - (header->code > CODE_POSITIVE));
    reader->at = header->end;
    if (header->low == 15) {
        value->null = true;
        return 0;
    }
    if (value->type < QUIRE_ION_LIST) return read_scalar(reader, header, value, error);
    value->event = QUIRE_ION_BEGIN;
    reader->at = header->body;
    return quire_ion_push(reader, value->type, header->end, error);
}

static int read_marker(struct quire_ion_reader *reader, struct quire_ion_value *value,
                       struct quire_error *error)
{
    const uint8_t *at = reader->at;
    if (reader->end - at < 4 || at[3] != 0xea)
        return fail(reader, at, "this type descriptor is not legal", error);
    if (at[1] != 1 || at[2] != 0)
        return quire_ion_fail_at(reader, at, QUIRE_INPUT, error,
                                 "this version of Ion is not known: %d.%d", at[1], at[2]);
    reader->at += 4;
    value->event = QUIRE_ION_VERSION;
    return 0;
}

int quire_ion_binary_next(struct quire_ion_reader *reader, struct quire_ion_value *value,
                          struct quire_error *error)
{
    quire_ion_clear(value);
    reader->annotations_size = 0;
    const struct quire_ion_frame *frame =
        reader->depth > 0 ? &reader->frames[reader->depth - 1] : NULL;
    const uint8_t *end = frame != NULL ? frame->end : reader->end;
    for (;;) {
        struct quire_ion_header header;
        const uint8_t *name_at = reader->at;
        uint64_t id = 0;
        if (reader->at == end) {
            value->event = frame != NULL ? QUIRE_ION_END : QUIRE_ION_NONE;
            value->type = frame != NULL ? frame->type : QUIRE_ION_NULL;
            value->at = (size_t)(end - reader->start);
            if (frame != NULL) reader->depth--;
            return 0;
        }
        bool named = frame != NULL && frame->type == QUIRE_ION_STRUCT;
        if (named && !quire_ion_take_varuint(&reader->at, end, &id))
            return fail(reader, name_at, "a field name does not end", error);
        value->at = (size_t)(reader->at - reader->start);
        if (frame == NULL && *reader->at == 0xe0) return read_marker(reader, value, error);
        const char *wrong = quire_ion_take_header(reader->at, end, &header);
        if (wrong == quire_ion_too_long && frame == NULL) wrong = "the input ends within a value";
        if (wrong != NULL) return fail(reader, reader->at, wrong, error);
        if (header.code == 0 && header.low != 15) { /* padding */
            reader->at = header.end;
            continue;
        }
        value->named = named;
        if (named) QUIRE_TRY(quire_ion_resolve(reader, (int64_t)id, name_at, &value->name, error));
        return read_value(reader, &header, value, error);
    }
}
