/* Widening works on type texts: the result is written in the schema language and
 * parsed, so that the language stays the only place where types are put together. */
#include "data/widen.h"

#include "base/cleanup.h"
#include "base/fail.h"
#include "data/schema.h"
#include "data/schema_text.h"
#include "data/widen_private.h"

static int widen_type(const struct quire_field *a, const struct quire_field *b,
                      const struct quire_widening *rules, struct quire_buf *out,
                      struct quire_error *error);

/* One field of the result; b NULL when only a has it. */
static int append_field(const struct quire_field *a, const struct quire_field *b, char separator,
                        const struct quire_widening *rules, struct quire_buf *out,
                        struct quire_error *error)
{
    QUIRE_TRY(quire_schema_append_name(out, a->name, a->name_size));
    QUIRE_TRY(quire_buf_push(out, (uint8_t)separator));
    if (b == NULL) return quire_field_type_text(a, out);
    int code = widen_type(a, b, rules, out, error);
    if (code != 0 && code != QUIRE_MEMORY) quire_error_outer_column(error, a->name);
    QUIRE_TRY(code);
    return a->nullable || b->nullable ? 0 : quire_buf_append_text(out, " not null");
}

static int append_fields(const struct quire_field *a, const struct quire_field *b, char separator,
                         const struct quire_widening *rules, struct quire_buf *out,
                         struct quire_error *error)
{
    bool first = true;
    for (size_t i = 0; i < a->children_size; i++) {
        const struct quire_field *child = &a->children[i];
        int64_t other = quire_field_child(b, child->name, child->name_size);
        if (!first) QUIRE_TRY(quire_buf_append_text(out, ", "));
        first = false;
        QUIRE_TRY(append_field(child, other >= 0 ? &b->children[other] : NULL, separator, rules,
                               out, error));
    }
    for (size_t i = 0; i < b->children_size; i++) {
        const struct quire_field *child = &b->children[i];
        if (quire_field_child(a, child->name, child->name_size) >= 0) continue;
        if (!first) QUIRE_TRY(quire_buf_append_text(out, ", "));
        first = false;
        QUIRE_TRY(append_field(child, NULL, separator, rules, out, error));
    }
    return 0;
}

static bool is_number(enum quire_kind kind)
{
    return quire_kind_is_integer(kind) || quire_kind_is_float(kind);
}

static bool is_time(const struct quire_field *field)
{
    return field->kind == QUIRE_KIND_DATE32 || field->kind == QUIRE_KIND_TIMESTAMP;
}

static bool is_plain_string(const struct quire_field *field)
{
    return field->kind == QUIRE_KIND_STRING && field->extension == QUIRE_EXTENSION_NONE;
}

/* What integers past 64 bits are inferred as. */
static bool is_big(const struct quire_field *field)
{
    return field->kind == QUIRE_KIND_DECIMAL && field->precision == 38 && field->scale == 0;
}

static const struct quire_field int64 = {.format = "l", .kind = QUIRE_KIND_INT64, .width = 8};
static const struct quire_field float64 = {.format = "g", .kind = QUIRE_KIND_FLOAT64, .width = 8};
static const struct quire_field plain_string = {.format = "u", .kind = QUIRE_KIND_STRING};
static const struct quire_field big = {
    .format = "d:38,0", .kind = QUIRE_KIND_DECIMAL, .width = 16, .precision = 38};

static const struct quire_field *widen_number(const struct quire_field *a,
                                              const struct quire_field *b, bool floats)
{
    bool whole = (quire_kind_is_integer(a->kind) || is_big(a)) &&
                 (quire_kind_is_integer(b->kind) || is_big(b));
    if (!whole) return &float64;
    bool large =
        is_big(a) || is_big(b) || a->kind == QUIRE_KIND_UINT64 || b->kind == QUIRE_KIND_UINT64;
    return !large ? &int64 : floats ? &float64 : &big;
}

/* Dates, timestamps and text. */
static const struct quire_field *widen_time(const struct quire_field *a,
                                            const struct quire_field *b, bool exact)
{
    const struct quire_field *text = exact ? NULL : &plain_string;
    if (is_plain_string(a) || is_plain_string(b)) return text;
    bool zone_a = a->zone != NULL, zone_b = b->zone != NULL;
    if (zone_a != zone_b || (zone_a && strcmp(a->zone, b->zone) != 0)) return text;
    if (a->kind != b->kind) return a->kind == QUIRE_KIND_TIMESTAMP ? a : b;
    return a->unit >= b->unit ? a : b;
}

/* The scalar type of both, or NULL. */
static const struct quire_field *widen_scalar(const struct quire_field *a,
                                              const struct quire_field *b,
                                              const struct quire_widening *rules)
{
    if (a->kind == QUIRE_KIND_NULL) return b;
    if (b->kind == QUIRE_KIND_NULL) return a;
    bool number_a = is_number(a->kind) || is_big(a), number_b = is_number(b->kind) || is_big(b);
    if (number_a && number_b) return widen_number(a, b, rules->floats);
    bool text_a = is_time(a) || is_plain_string(a), text_b = is_time(b) || is_plain_string(b);
    return text_a && text_b ? widen_time(a, b, rules->exact) : NULL;
}

static int widen_mixture(const struct quire_field *a, const struct quire_field *b,
                         const struct quire_widening *rules, struct quire_buf *out,
                         struct quire_error *error)
{
    bool nested = quire_kind_is_nested(a->kind) || quire_kind_is_nested(b->kind);
    if (rules->mixed == QUIRE_WIDEN_TEXT && !nested) return quire_buf_append_text(out, "string");
    if (rules->mixed == QUIRE_WIDEN_JSON) return quire_buf_append_text(out, "json");
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf text = {0};
    QUIRE_TRY(quire_field_type_text(a, &text));
    QUIRE_TRY(quire_buf_append_text(&text, " and "));
    QUIRE_TRY(quire_field_type_text(b, &text));
    QUIRE_TRY(quire_buf_terminate(&text));
    int code = quire_fail(error, QUIRE_INPUT, "read", "the inputs disagree: %s have no common type",
                          (const char *)text.data);
    /* Beside text that is no JSON nothing is gained by it. */
    quire_error_hint(error,
                     rules->mixed == QUIRE_WIDEN_TEXT
                         ? "give the type with --schema"
                         : "give the type with --schema, or keep JSON text with --mixed json");
    return code;
}

static bool is_list(enum quire_kind kind)
{
    return kind == QUIRE_KIND_LIST || kind == QUIRE_KIND_LARGE_LIST;
}

static int widen_type(const struct quire_field *a, const struct quire_field *b,
                      const struct quire_widening *rules, struct quire_buf *out,
                      struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf text_a = {0};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf text_b = {0};
    QUIRE_TRY(quire_field_type_text(a, &text_a));
    QUIRE_TRY(quire_field_type_text(b, &text_b));
    if (text_a.size == text_b.size && memcmp(text_a.data, text_b.data, text_a.size) == 0)
        return quire_buf_append(out, text_a.data, text_a.size);
    if (a->kind == QUIRE_KIND_STRUCT && b->kind == QUIRE_KIND_STRUCT) {
        QUIRE_TRY(quire_buf_append_text(out, "struct<"));
        QUIRE_TRY(append_fields(a, b, ':', rules, out, error));
        return quire_buf_push(out, '>');
    }
    if (is_list(a->kind) && is_list(b->kind)) {
        bool large = a->kind == QUIRE_KIND_LARGE_LIST || b->kind == QUIRE_KIND_LARGE_LIST;
        QUIRE_TRY(quire_buf_append_text(out, large ? "large_list<" : "list<"));
        QUIRE_TRY(widen_type(&a->children[0], &b->children[0], rules, out, error));
        return quire_buf_push(out, '>');
    }
    if (rules->typed) {
        bool done = false;
        QUIRE_TRY(quire_widen_typed(a, b, out, &done, error));
        return done ? 0 : widen_mixture(a, b, rules, out, error);
    }
    const struct quire_field *scalar = widen_scalar(a, b, rules);
    if (scalar != NULL) return quire_field_type_text(scalar, out);
    return widen_mixture(a, b, rules, out, error);
}

int quire_schema_widen(const struct ArrowSchema *a, const struct ArrowSchema *b,
                       const struct quire_widening *rules, struct ArrowSchema *result,
                       struct quire_error *error)
{
    if (quire_schema_equal(a, b, NULL)) return quire_schema_copy(a, result, error);
    QUIRE_CLEANUP(quire_field_cleanup) struct quire_field *left = NULL;
    QUIRE_CLEANUP(quire_field_cleanup) struct quire_field *right = NULL;
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf text = {0};
    QUIRE_TRY(quire_field_open(a, &left, error));
    QUIRE_TRY(quire_field_open(b, &right, error));
    int code = append_fields(left, right, ' ', rules, &text, error);
    if (code == QUIRE_MEMORY) return quire_fail_memory(error, "read");
    QUIRE_TRY(code);
    return quire_schema_parse((const char *)text.data, text.size, result, error);
}

int quire_schema_null_to_string(const struct ArrowSchema *schema, struct ArrowSchema *result,
                                struct quire_error *error)
{
    const struct quire_schema_parts root = {.format = "+s",
                                            .flags = schema->flags,
                                            .metadata = schema->metadata,
                                            .children_size = (size_t)schema->n_children};
    struct ArrowSchema copy = {.release = NULL};
    int code = quire_schema_make(&root, &copy);
    if (code != 0) return quire_fail_memory(error, "read");
    for (int64_t i = 0; i < schema->n_children && code == 0; i++) {
        const struct ArrowSchema *column = schema->children[i];
        const struct quire_schema_parts string = {.format = "u",
                                                  .name = column->name,
                                                  .flags = ARROW_FLAG_NULLABLE,
                                                  .metadata = column->metadata};
        if (strcmp(column->format, "n") != 0)
            code = quire_schema_copy(column, copy.children[i], error);
        else if (quire_schema_make(&string, copy.children[i]) != 0)
            code = quire_fail_memory(error, "read");
    }
    if (code == 0)
        *result = copy;
    else
        quire_schema_release(&copy);
    return code;
}
