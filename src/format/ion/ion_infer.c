/* What the values of a sample say about the columns. Typed values map to types
 * directly; nothing is looked for in strings. */
#include <stdio.h>
#include <string.h>

#include "base/fail.h"
#include "base/number.h"
#include "format/ion/ion_decode.h"
#include "format/ion/ion_number.h"
#include "format/ion/ion_told.h"

struct inferring {
    struct quire_ion_reader *reader;
    struct quire_arena *arena;
    struct quire_ion_told *told; /* NULL: not kept */
};

static int infer_value(struct inferring *in, const struct quire_ion_value *value,
                       struct quire_infer_node *node, int depth, struct quire_error *error);

static int64_t count_digits(struct inferring *in, const struct quire_ion_number *number)
{
    quire_buf_clear(&in->reader->digits);
    if (quire_ion_number_is_zero(number)) return 0;
    if (quire_ion_number_digits(number, &in->reader->digits) != 0) return -1;
    return (int64_t)in->reader->digits.size;
}

static int infer_integer(struct inferring *in, const struct quire_ion_number *number,
                         struct quire_infer_node *node, struct quire_error *error)
{
    struct quire_buf *digits = &in->reader->digits;
    quire_buf_clear(digits);
    if ((number->negative && quire_buf_push(digits, '-') != 0) ||
        quire_ion_number_digits(number, digits) != 0)
        return quire_fail_memory(error, in->reader->operation);
    quire_infer_number(node, (const char *)digits->data, digits->size);
    return 0;
}

static int infer_decimal(struct inferring *in, const struct quire_ion_decimal *decimal,
                         struct quire_infer_node *node, struct quire_error *error)
{
    int64_t digits = count_digits(in, &decimal->coefficient);
    if (digits < 0) return quire_fail_memory(error, in->reader->operation);
    int64_t scale = decimal->exponent < 0 ? -(int64_t)decimal->exponent : 0;
    int64_t whole = digits > 0 ? digits + decimal->exponent : 0;
    quire_infer_decimal(node, whole > 0 ? whole : 0, scale);
    return 0;
}

static void infer_timestamp(const struct quire_ion_timestamp *timestamp,
                            struct quire_infer_node *node)
{
    const struct quire_infer_moment moment = {
        .has_time = timestamp->precision >= QUIRE_ION_MINUTE,
        .has_offset = timestamp->offset_known,
        .offset = timestamp->offset,
        .fraction_digits = timestamp->fraction_digits,
        .distant = timestamp->year < 1678 || timestamp->year > 2261,
    };
    quire_infer_moment(node, &moment);
}

static int infer_scalar(struct inferring *in, const struct quire_ion_value *value,
                        struct quire_infer_node *node, struct quire_error *error)
{
    static const struct quire_infer_policy text = {.keep_text = true};
    switch (value->type) {
    case QUIRE_ION_BOOL: quire_infer_bool(node); return 0;
    case QUIRE_ION_INT: return infer_integer(in, &value->integer, node, error);
    case QUIRE_ION_FLOAT: quire_infer_number(node, "1.0", 3); return 0;
    case QUIRE_ION_DECIMAL: return infer_decimal(in, &value->decimal, node, error);
    case QUIRE_ION_TIMESTAMP: infer_timestamp(&value->timestamp, node); return 0;
    case QUIRE_ION_SYMBOL: quire_infer_symbol(node); return 0;
    case QUIRE_ION_STRING: quire_infer_string(node, "a", 1, &text); return 0;
    default: quire_infer_binary(node); return 0;
    }
}

/* Nulls of decimals and timestamps say too little of the type; so do containers. */
static void infer_null(const struct quire_ion_value *value, struct quire_infer_node *node)
{
    switch (value->type) {
    case QUIRE_ION_BOOL: quire_infer_typed_null(node, QUIRE_INFER_NULL_BOOL); return;
    case QUIRE_ION_INT: quire_infer_typed_null(node, QUIRE_INFER_NULL_INT); return;
    case QUIRE_ION_FLOAT: quire_infer_typed_null(node, QUIRE_INFER_NULL_FLOAT); return;
    case QUIRE_ION_STRING: quire_infer_typed_null(node, QUIRE_INFER_NULL_STRING); return;
    case QUIRE_ION_SYMBOL: quire_infer_typed_null(node, QUIRE_INFER_NULL_SYMBOL); return;
    case QUIRE_ION_CLOB:
    case QUIRE_ION_BLOB: quire_infer_typed_null(node, QUIRE_INFER_NULL_BINARY); return;
    default: quire_infer_null(node);
    }
}

static int infer_items(struct inferring *in, struct quire_infer_node *node, int depth,
                       struct quire_error *error)
{
    struct quire_infer_node *items = quire_infer_items(in->arena, node);
    struct quire_ion_value value;
    if (items == NULL) return quire_fail_memory(error, in->reader->operation);
    quire_infer_list(node);
    for (;;) {
        QUIRE_TRY(quire_ion_next(in->reader, &value, error));
        if (value.event == QUIRE_ION_END) return 0;
        QUIRE_TRY(infer_value(in, &value, items, depth + 1, error));
    }
}

static int infer_fields(struct inferring *in, struct quire_infer_node *node, int depth,
                        struct quire_error *error)
{
    struct quire_ion_value value;
    char unknown[24];
    struct quire_ion_told *told = depth == 0 ? in->told : NULL;
    quire_infer_struct(node);
    for (;;) {
        if (told != NULL) quire_ion_told_pass(told, in->reader);
        QUIRE_TRY(quire_ion_next(in->reader, &value, error));
        if (value.event == QUIRE_ION_END) return 0;
        const char *name = value.name.text;
        size_t size = value.name.size;
        if (name == NULL) {
            size = (size_t)snprintf(unknown, sizeof(unknown), "$%lld", (long long)value.name.id);
            name = unknown;
        }
        struct quire_infer_node *field = quire_infer_field(in->arena, node, name, size);
        if (field == NULL) return quire_fail_memory(error, in->reader->operation);
        QUIRE_TRY(infer_value(in, &value, field, depth + 1, error));
        if (told != NULL) quire_ion_told_note(told, in->reader, &value, field);
    }
}

static int infer_map(struct inferring *in, struct quire_infer_node *values, int depth,
                     struct quire_error *error)
{
    struct quire_ion_value value;
    for (;;) {
        QUIRE_TRY(quire_ion_next(in->reader, &value, error));
        if (value.event == QUIRE_ION_END) return 0;
        QUIRE_TRY(infer_value(in, &value, values, depth + 2, error));
    }
}

static enum quire_infer_shape shape_of(const struct quire_ion_value *value)
{
    if (value->event != QUIRE_ION_BEGIN) return QUIRE_INFER_OTHER;
    return value->type == QUIRE_ION_STRUCT ? QUIRE_INFER_OBJECT : QUIRE_INFER_LIST;
}

static int infer_value(struct inferring *in, const struct quire_ion_value *value,
                       struct quire_infer_node *node, int depth, struct quire_error *error)
{
    if (value->null) {
        infer_null(value, node);
        return 0;
    }
    if (quire_infer_is_closed(node, shape_of(value)))
        return value->event == QUIRE_ION_BEGIN ? quire_ion_skip(in->reader, error) : 0;
    if (value->event != QUIRE_ION_BEGIN) return infer_scalar(in, value, node, error);
    if (depth >= QUIRE_FIELD_DEPTH_MAX - 1) {
        quire_infer_deep(node);
        return quire_ion_skip(in->reader, error);
    }
    if (value->type != QUIRE_ION_STRUCT) return infer_items(in, node, depth, error);
    struct quire_infer_node *values = quire_infer_map_values(node);
    return values != NULL ? infer_map(in, values, depth, error)
                          : infer_fields(in, node, depth, error);
}

int quire_ion_infer_record(struct quire_ion_reader *reader, struct quire_ion_told *told,
                           struct quire_arena *arena, struct quire_infer_node *root,
                           struct quire_error *error)
{
    struct inferring in = {reader, arena, told};
    return infer_fields(&in, root, 0, error);
}

/* Reads the container that has just begun to its end, every value of it. */
static int read_through(struct quire_ion_reader *reader, struct quire_error *error)
{
    struct quire_ion_value value;
    for (int depth = 1; depth > 0;) {
        QUIRE_TRY(quire_ion_next(reader, &value, error));
        if (value.event == QUIRE_ION_BEGIN) depth++;
        if (value.event == QUIRE_ION_END) depth--;
    }
    return 0;
}

int quire_ion_survey_record(struct quire_ion_reader *reader, struct quire_arena *arena,
                            struct quire_infer_node *root, struct quire_error *error)
{
    struct quire_ion_mark begun = quire_ion_mark_of(reader);
    struct quire_ion_frame frame = reader->frames[reader->depth - 1];
    QUIRE_TRY(read_through(reader, error));
    quire_ion_go_back(reader, &begun);
    reader->frames[reader->depth - 1] = frame;
    return quire_ion_infer_record(reader, NULL, arena, root, error);
}

int quire_ion_infer_annotations(struct quire_arena *arena, struct quire_infer_node *root,
                                const char *name, struct quire_error *error)
{
    static const struct quire_infer_policy text = {.keep_text = true};
    struct quire_infer_node *node = quire_infer_field(arena, root, name, strlen(name));
    if (node != NULL && quire_infer_is_closed(node, QUIRE_INFER_LIST)) return 0;
    struct quire_infer_node *items = node != NULL ? quire_infer_items(arena, node) : NULL;
    if (items == NULL) return quire_fail_memory(error, "read ion");
    quire_infer_list(node);
    quire_infer_string(items, "a", 1, &text);
    return 0;
}
