/* The decision: one type for each node's set of bits, and the schema of them all. */
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/decimal.h"
#include "base/fail.h"
#include "data/infer_private.h"
#include "data/schema.h"

#define OPERATION "infer schema"

/* A type: its Arrow format string, or how it is made of children. */
struct type {
    enum { SCALAR, JSON, STRUCT, LIST, DICTIONARY, MIXED } shape;
    const char *format;
    char made[32]; /* a format with parameters; format is then NULL */
};

static struct type scalar(const char *format)
{
    return (struct type){.shape = SCALAR, .format = format};
}

static struct type mixed_type(const struct quire_infer_policy *policy)
{
    bool json = policy->mixed == QUIRE_INFER_MIXED_JSON;
    return (struct type){.shape = json ? JSON : MIXED, .format = "u"};
}

static bool is_past_decimals(const struct quire_infer_node *node)
{
    return node->whole + node->scale > QUIRE_DECIMAL_DIGITS_MAX;
}

/* Room for all digits; for integers among them as much as there may be. */
static struct type decimal_type(const struct quire_infer_node *node,
                                const struct quire_infer_policy *policy)
{
    struct type type = {.shape = SCALAR};
    if (is_past_decimals(node))
        return policy->numbers == QUIRE_INFER_FLOAT ? scalar("g") : mixed_type(policy);
    unsigned whole = node->whole;
    if ((node->seen & QUIRE_SEEN_INT) != 0 && whole < 19) whole = 19;
    if ((node->seen & QUIRE_SEEN_UINT) != 0 && whole < 20) whole = 20;
    if ((node->seen & (QUIRE_SEEN_BIG | QUIRE_SEEN_HUGE)) != 0 && whole < 38) whole = 38;
    unsigned precision = whole + node->scale;
    if (precision > QUIRE_DECIMAL_DIGITS_MAX) precision = QUIRE_DECIMAL_DIGITS_MAX;
    if (precision == 0) precision = 1;
    snprintf(type.made, sizeof(type.made), precision > 38 ? "d:%u,%u,256" : "d:%u,%u", precision,
             node->scale);
    return type;
}

/* Nanoseconds were seen, and a day that they do not reach. */
static bool is_past_nanos(const struct quire_infer_node *node)
{
    return node->fraction_digits > 6 && (node->seen & QUIRE_SEEN_DISTANT) != 0;
}

/* Typed timestamps: unit and zone as they were written. */
static struct type moment_type(const struct quire_infer_node *node,
                               const struct quire_infer_policy *policy)
{
    static const char units[] = "smun";
    struct type type = {.shape = SCALAR};
    unsigned digits = node->fraction_digits;
    unsigned unit = digits > 9 ? 3 : (digits + 2) / 3;
    if (is_past_nanos(node)) return mixed_type(policy);
    if ((node->seen & QUIRE_SEEN_INSTANT) == 0) {
        snprintf(type.made, sizeof(type.made), "ts%c:", units[unit]);
        return type;
    }
    if (node->offsets_differ || node->offset == 0) {
        snprintf(type.made, sizeof(type.made), "ts%c:UTC", units[unit]);
        return type;
    }
    int offset = node->offset < 0 ? -node->offset : node->offset;
    snprintf(type.made, sizeof(type.made), "ts%c:%c%02d:%02d", units[unit],
             node->offset < 0 ? '-' : '+', offset / 60, offset % 60);
    return type;
}

static struct type number_type(unsigned seen, const struct quire_infer_policy *policy)
{
    unsigned large = seen & (QUIRE_SEEN_UINT | QUIRE_SEEN_BIG | QUIRE_SEEN_HUGE);
    if (policy->text_fallback && (seen & QUIRE_SEEN_HUGE) != 0 && (seen & QUIRE_SEEN_FLOAT) == 0 &&
        policy->numbers == QUIRE_INFER_EXACT)
        return scalar("u");
    if ((seen & QUIRE_SEEN_FLOAT) != 0) return scalar("g");
    if (large == 0) return scalar("l");
    if (large == QUIRE_SEEN_UINT && (seen & QUIRE_SEEN_NEGATIVE) == 0) return scalar("L");
    return scalar(policy->numbers == QUIRE_INFER_EXACT ? "d:38,0" : "g");
}

/* Dates alone; timestamps, with dates among them as midnights; or text again, when
 * offsets are given here and not there, or no unit holds all of them: but what was typed is
 * no text. */
static struct type time_type(const struct quire_infer_node *node,
                             const struct quire_infer_policy *policy)
{
    unsigned seen = node->seen, kinds = seen & QUIRE_SEEN_TIMES;
    if (kinds == QUIRE_SEEN_DATE) return scalar("tdD");
    bool both = (kinds & QUIRE_SEEN_INSTANT) != 0 && (kinds & QUIRE_SEEN_TIMESTAMP) != 0;
    if ((seen & QUIRE_SEEN_TYPED) != 0)
        return both ? mixed_type(policy) : moment_type(node, policy);
    bool nanos = (seen & QUIRE_SEEN_NANOS) != 0;
    if (nanos && (seen & QUIRE_SEEN_DISTANT) != 0) return scalar("u");
    if (kinds == QUIRE_SEEN_INSTANT) return scalar(nanos ? "tsn:UTC" : "tsu:UTC");
    if ((kinds & QUIRE_SEEN_INSTANT) != 0) return scalar("u");
    return scalar(nanos ? "tsn:" : "tsu:");
}

static struct type decide(const struct quire_infer_node *node,
                          const struct quire_infer_policy *policy)
{
    unsigned kinds =
        node->seen & (QUIRE_SEEN_BOOL | QUIRE_SEEN_NUMBERS | QUIRE_SEEN_TIMES | QUIRE_SEEN_STRING |
                      QUIRE_SEEN_SYMBOL | QUIRE_SEEN_BINARY | QUIRE_SEEN_NESTED | QUIRE_SEEN_DEEP);
    if (kinds == 0 && node->null_seen != 0) {
        struct quire_infer_node typed = {.seen = node->null_seen};
        struct type type = decide(&typed, policy);
        return type.shape == MIXED ? scalar("n") : type;
    }
    if (kinds == 0) return scalar(policy->text_fallback && !policy->keep_null ? "u" : "n");
    if (kinds == QUIRE_SEEN_BOOL) return scalar("b");
    if (kinds == QUIRE_SEEN_STRUCT) return (struct type){.shape = STRUCT, .format = "+s"};
    if (kinds == QUIRE_SEEN_LIST) return (struct type){.shape = LIST, .format = "+l"};
    if (kinds == QUIRE_SEEN_SYMBOL) return (struct type){.shape = DICTIONARY, .format = "i"};
    if (kinds == QUIRE_SEEN_BINARY) return scalar("z");
    bool decimals = (kinds & QUIRE_SEEN_DECIMAL) != 0 && (kinds & QUIRE_SEEN_FLOAT) == 0;
    if ((kinds & ~(unsigned)QUIRE_SEEN_NUMBERS) == 0 && decimals) return decimal_type(node, policy);
    if ((kinds & ~(unsigned)(QUIRE_SEEN_NUMBERS & ~QUIRE_SEEN_DECIMAL)) == 0)
        return number_type(node->seen, policy);
    if ((kinds & ~(unsigned)QUIRE_SEEN_TIMES) == 0) return time_type(node, policy);
    unsigned times = (node->seen & QUIRE_SEEN_TYPED) != 0 ? 0 : QUIRE_SEEN_TIMES;
    if ((kinds & ~(times | QUIRE_SEEN_STRING | QUIRE_SEEN_SYMBOL)) == 0) return scalar("u");
    if (policy->text_fallback && (kinds & QUIRE_SEEN_NESTED) == 0) return scalar("u");
    return mixed_type(policy);
}

/* What one type would have to hold and none does; NULL: there were several. */
static const char *why_none(const struct quire_infer_node *node)
{
    unsigned kinds = node->seen & ~(unsigned)(QUIRE_SEEN_NULL | QUIRE_SEEN_TYPED);
    if ((kinds & QUIRE_SEEN_DEEP) != 0)
        return "values are nested deeper than the levels that columns have";
    if ((kinds & ~(unsigned)(QUIRE_SEEN_NUMBERS | QUIRE_SEEN_NEGATIVE)) == 0 &&
        (kinds & QUIRE_SEEN_FLOAT) == 0 && is_past_decimals(node))
        return "the decimals have more digits together than the 76 of a decimal256";
    if ((kinds & ~(unsigned)(QUIRE_SEEN_TIMES | QUIRE_SEEN_DISTANT)) != 0) return NULL;
    return is_past_nanos(node) && (kinds & (QUIRE_SEEN_TIMESTAMP | QUIRE_SEEN_INSTANT)) !=
                                      (QUIRE_SEEN_TIMESTAMP | QUIRE_SEEN_INSTANT)
               ? "timestamps in nanoseconds do not reach all of the years"
               : NULL;
}

static int fail_mixed(const struct quire_infer_node *node, struct quire_error *error)
{
    static const struct {
        unsigned bits;
        const char *name;
    } names[] = {
        {QUIRE_SEEN_STRUCT, "objects"},
        {QUIRE_SEEN_LIST, "lists"},
        {QUIRE_SEEN_NUMBERS & ~QUIRE_SEEN_DECIMAL, "numbers"},
        {QUIRE_SEEN_DECIMAL, "decimals"},
        {QUIRE_SEEN_BOOL, "booleans"},
        {QUIRE_SEEN_STRING, "strings"},
        {QUIRE_SEEN_INSTANT, "timestamps with an offset"},
        {QUIRE_SEEN_TIMESTAMP, "timestamps without an offset"},
        {QUIRE_SEEN_DATE, "dates"},
        {QUIRE_SEEN_SYMBOL, "symbols"},
        {QUIRE_SEEN_BINARY, "binary"},
    };
    const char *found[2] = {"", ""}, *why = why_none(node);
    size_t count = 0;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && count < 2; i++)
        if ((node->seen & names[i].bits) != 0) found[count++] = names[i].name;
    if (why != NULL)
        quire_fail(error, QUIRE_INPUT, OPERATION, "%s", why);
    else
        quire_fail(error, QUIRE_INPUT, OPERATION, "both %s and %s, which have no common type",
                   found[0], found[1]);
    quire_error_hint(error, is_past_decimals(node) && why != NULL
                                ? "--numbers float reads them as float64, --mixed json keeps "
                                  "each value's JSON text"
                                : "--mixed json keeps each value's JSON text");
    return QUIRE_INPUT;
}

/* Why a struct cannot become columns; NULL when it can. */
static const char *struct_fault(const struct quire_infer_node *node, int depth, int *code)
{
    *code = QUIRE_LIMIT;
    if (node->fields_size > QUIRE_FIELD_CHILDREN_MAX) return "more fields than a schema may have";
    if (depth + 1 >= QUIRE_FIELD_DEPTH_MAX) return "nested deeper than a schema may be";
    *code = QUIRE_INPUT;
    for (const struct quire_infer_node *field = node->first; field != NULL; field = field->next)
        if (memchr(field->name, '\0', field->name_size) != NULL)
            return "a key with the character U+0000, which no column name may have";
    return NULL;
}

static int make_scalar(const struct quire_infer_node *node, struct type type,
                       struct ArrowSchema *schema)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf metadata = {0};
    struct quire_schema_parts parts = {.format = type.format != NULL ? type.format : type.made,
                                       .name = node->name,
                                       .name_size = node->name_size,
                                       .flags = ARROW_FLAG_NULLABLE};
    if (type.shape == JSON) {
        static const char key[] = QUIRE_METADATA_EXTENSION_NAME, value[] = "arrow.json";
        QUIRE_TRY(quire_metadata_append(&metadata, key, sizeof(key) - 1, value, sizeof(value) - 1));
        parts.metadata = (const char *)metadata.data;
    }
    return quire_schema_make(&parts, schema);
}

/* int32 indices into strings. */
static int make_dictionary(const struct quire_infer_node *node, struct type type,
                           struct ArrowSchema *schema)
{
    struct ArrowSchema made = {0};
    const struct quire_schema_parts values = {.format = "u", .flags = ARROW_FLAG_NULLABLE};
    const struct quire_schema_parts parts = {.format = type.format,
                                             .name = node->name,
                                             .name_size = node->name_size,
                                             .flags = ARROW_FLAG_NULLABLE,
                                             .dictionary = true};
    QUIRE_TRY(quire_schema_make(&parts, &made));
    int code = quire_schema_make(&values, made.dictionary);
    if (code != 0)
        quire_schema_release(&made);
    else
        *schema = made;
    return code;
}

static int make(const struct quire_infer_node *node, const struct quire_infer_policy *policy,
                int depth, struct ArrowSchema *schema, struct quire_error *error);

static int make_nested(const struct quire_infer_node *node, const struct quire_infer_policy *policy,
                       struct type type, int depth, struct ArrowSchema *schema,
                       struct quire_error *error)
{
    static const struct quire_infer_node nothing = {.name = "item", .name_size = 4};
    struct ArrowSchema made = {0};
    struct quire_schema_parts parts = {.format = type.format,
                                       .name = node->name,
                                       .name_size = node->name_size,
                                       .flags = depth > 0 ? ARROW_FLAG_NULLABLE : 0,
                                       .children_size =
                                           type.shape == STRUCT ? node->fields_size : 1};
    if (quire_schema_make(&parts, &made) != 0) return quire_fail_memory(error, OPERATION);
    int code = 0;
    if (type.shape == LIST) {
        struct quire_infer_node item = node->items != NULL ? *node->items : nothing;
        item.name = nothing.name;
        item.name_size = nothing.name_size;
        code = make(&item, policy, depth + 1, made.children[0], error);
    } else {
        const struct quire_infer_node *field = node->first;
        for (int64_t i = 0; code == 0 && field != NULL; i++, field = field->next)
            code = make(field, policy, depth + 1, made.children[i], error);
    }
    if (code != 0)
        quire_schema_release(&made);
    else
        *schema = made;
    return code;
}

/* A map whose values have grown. */
static int make_fixed_map(const struct quire_infer_node *node,
                          const struct quire_infer_policy *policy, int depth,
                          struct ArrowSchema *schema, struct quire_error *error)
{
    struct ArrowSchema made = {0}, value = {0};
    QUIRE_TRY(make(node->items, policy, depth + 2, &value, error));
    int code = quire_field_to_schema(node->fixed, &made, error);
    if (code != 0) {
        quire_schema_release(&value);
        return code;
    }
    struct ArrowSchema *place = made.children[0]->children[1];
    quire_schema_release(place);
    *place = value;
    *schema = made;
    return 0;
}

/* A node whose type was fixed: the field, with what its structs have grown by. */
static int make_fixed(const struct quire_infer_node *node, const struct quire_infer_policy *policy,
                      int depth, struct ArrowSchema *schema, struct quire_error *error)
{
    const struct quire_field *field = node->fixed;
    bool object = field->kind == QUIRE_KIND_STRUCT;
    if (!object && node->items == NULL) return quire_field_to_schema(field, schema, error);
    if (field->kind == QUIRE_KIND_MAP) return make_fixed_map(node, policy, depth, schema, error);
    const struct quire_schema_parts parts = {.format = field->format,
                                             .name = field->name,
                                             .name_size = field->name_size,
                                             .flags = field->nullable ? ARROW_FLAG_NULLABLE : 0,
                                             .metadata = field->metadata,
                                             .children_size = object ? node->fields_size : 1};
    struct ArrowSchema made = {0};
    if (quire_schema_make(&parts, &made) != 0) return quire_fail_memory(error, OPERATION);
    const struct quire_infer_node *child = object ? node->first : node->items;
    int code = 0;
    for (int64_t i = 0; code == 0 && child != NULL; i++, child = child->next)
        code = make(child, policy, depth + 1, made.children[i], error);
    if (code != 0)
        quire_schema_release(&made);
    else
        *schema = made;
    return code;
}

/* Why what was seen cannot become what its type is; NULL when it can. */
static const char *node_fault(const struct quire_infer_node *node, struct type type, int depth,
                              int *code)
{
    bool nested = type.shape == STRUCT || type.shape == LIST;
    return nested ? struct_fault(node, depth, code) : NULL;
}

static int make(const struct quire_infer_node *node, const struct quire_infer_policy *policy,
                int depth, struct ArrowSchema *schema, struct quire_error *error)
{
    struct type type =
        depth == 0 ? (struct type){.shape = STRUCT, .format = "+s"} : decide(node, policy);
    int code = 0;
    bool fixed = node->fixed != NULL;
    if (fixed) type.shape = node->fixed->kind == QUIRE_KIND_STRUCT ? STRUCT : SCALAR;
    const char *fault = node_fault(node, type, depth, &code);
    if (fault != NULL && !fixed && depth > 0 && policy->mixed == QUIRE_INFER_MIXED_JSON) {
        type = (struct type){.shape = JSON, .format = "u"};
        fault = NULL;
    }
    if (fault != NULL) {
        code = quire_fail(error, code, OPERATION, "%s", fault);
        quire_error_hint(error, "--mixed json keeps nested values as JSON text");
    } else if (fixed) {
        code = make_fixed(node, policy, depth, schema, error);
    } else if (type.shape == MIXED) {
        code = fail_mixed(node, error);
    } else if (type.shape == STRUCT || type.shape == LIST) {
        code = make_nested(node, policy, type, depth, schema, error);
    } else {
        code = type.shape == DICTIONARY ? make_dictionary(node, type, schema)
                                        : make_scalar(node, type, schema);
        if (code != 0) quire_fail_memory(error, OPERATION);
    }
    if (code != 0 && code != QUIRE_MEMORY && depth > 0) quire_error_outer_column(error, node->name);
    return code;
}

int quire_infer_finish(const struct quire_infer_node *root, const struct quire_infer_policy *policy,
                       struct ArrowSchema *schema, struct quire_error *error)
{
    return make(root, policy, 0, schema, error);
}
