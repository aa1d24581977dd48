/* Walks records that are known to be JSON and tells the inference what it meets.
 *
 * An object that cannot be a struct (a name with U+0000, nesting past what fields
 * have) is noted as a mixture, which under --mixed json becomes JSON text. A record
 * cannot: there such a name is escaped (quire_json_column_name). */
#include "format/json/json_infer.h"

#include "base/fail.h"

struct inferring {
    struct quire_json_cursor *cursor;
    struct quire_arena *arena;
    const struct quire_infer_policy *policy;
};

static int infer_value(struct inferring *in, struct quire_infer_node *node, int depth,
                       struct quire_error *error);

/* Moves over a value that no type holds. */
static int infer_json(struct inferring *in, struct quire_infer_node *node,
                      struct quire_error *error)
{
    quire_infer_struct(node);
    quire_infer_string(node, "", 0, in->policy);
    return quire_json_skip(in->cursor, error);
}

static int fail_name(struct inferring *in, int depth, struct quire_error *error)
{
    int code = quire_json_fail(
        in->cursor, error, "a member's name has the character U+0000, which no column can have");
    if (depth == 0)
        quire_error_hint(error, "--mixed json writes it as \\u0000 in the column's name");
    else
        quire_error_hint(error, "--mixed json keeps objects within columns as JSON text");
    return code;
}

/* The name at the cursor as a field's. *bad when a field cannot have it. */
static int field_name(struct inferring *in, int depth, struct quire_bytes *name, bool *bad,
                      struct quire_error *error)
{
    QUIRE_TRY(quire_json_string(in->cursor, name, error));
    *bad = memchr(name->data, 0, name->size) != NULL;
    if (!*bad || depth > 0 || in->policy->mixed != QUIRE_INFER_MIXED_JSON) return 0;
    *bad = false;
    return quire_json_column_name(in->cursor, name, error);
}

/* Marks the field of each member of the object at the cursor, which stays, with the
 * last place that names it; fields that are new are made. *bad when a name cannot be
 * that of a field. */
static int mark_members(struct inferring *in, struct quire_infer_node *node, int depth, bool *bad,
                        struct quire_error *error)
{
    struct quire_json_cursor *cursor = in->cursor;
    const uint8_t *at = cursor->at;
    struct quire_bytes name;
    bool more;
    *bad = false;
    QUIRE_TRY(quire_json_open(cursor, '}', &more, error));
    while (more && !*bad) {
        const uint8_t *place = cursor->at;
        QUIRE_TRY(field_name(in, depth, &name, bad, error));
        if (*bad) break;
        struct quire_infer_node *field =
            quire_infer_field(in->arena, node, (const char *)name.data, name.size);
        if (field == NULL) return quire_fail_memory(error, cursor->operation);
        quire_infer_mark(field, place);
        QUIRE_TRY(quire_json_colon(cursor, error));
        QUIRE_TRY(quire_json_skip(cursor, error));
        QUIRE_TRY(quire_json_next(cursor, '}', &more, error));
    }
    cursor->at = at;
    return 0;
}

/* Whether the member named at place is the one of its name that counts. Where
 * repeated members are errors, reading the record tells of them. */
static bool member_counts(const struct inferring *in, struct quire_infer_node *field,
                          const uint8_t *place)
{
    const void *mark = quire_infer_marked(field);
    if (in->cursor->read.repeated != QUIRE_JSON_REPEATED_FIRST) return mark == place;
    quire_infer_mark(field, NULL);
    return mark != NULL;
}

static int infer_members(struct inferring *in, struct quire_infer_node *node, int depth,
                         struct quire_error *error)
{
    struct quire_json_cursor *cursor = in->cursor;
    struct quire_bytes name;
    bool more, bad;
    QUIRE_TRY(quire_json_open(cursor, '}', &more, error));
    while (more) {
        const uint8_t *place = cursor->at;
        QUIRE_TRY(field_name(in, depth, &name, &bad, error));
        struct quire_infer_node *field =
            quire_infer_field(in->arena, node, (const char *)name.data, name.size);
        if (field == NULL) return quire_fail_memory(error, cursor->operation);
        QUIRE_TRY(quire_json_colon(cursor, error));
        QUIRE_TRY(member_counts(in, field, place) ? infer_value(in, field, depth + 1, error)
                                                  : quire_json_skip(cursor, error));
        QUIRE_TRY(quire_json_next(cursor, '}', &more, error));
    }
    return 0;
}

static int infer_map(struct inferring *in, struct quire_infer_node *values, int depth,
                     struct quire_error *error)
{
    struct quire_json_cursor *cursor = in->cursor;
    struct quire_bytes name;
    bool more;
    QUIRE_TRY(quire_json_open(cursor, '}', &more, error));
    while (more) {
        QUIRE_TRY(quire_json_string(cursor, &name, error));
        QUIRE_TRY(quire_json_colon(cursor, error));
        QUIRE_TRY(infer_value(in, values, depth + 2, error));
        QUIRE_TRY(quire_json_next(cursor, '}', &more, error));
    }
    return 0;
}

static int infer_object(struct inferring *in, struct quire_infer_node *node, int depth,
                        struct quire_error *error)
{
    struct quire_infer_node *values = quire_infer_map_values(node);
    bool bad;
    if (values != NULL) return infer_map(in, values, depth, error);
    QUIRE_TRY(mark_members(in, node, depth, &bad, error));
    if (bad && (depth == 0 || in->policy->mixed != QUIRE_INFER_MIXED_JSON))
        return fail_name(in, depth, error);
    if (bad) return infer_json(in, node, error);
    quire_infer_struct(node);
    return infer_members(in, node, depth, error);
}

static int infer_array(struct inferring *in, struct quire_infer_node *node, int depth,
                       struct quire_error *error)
{
    struct quire_infer_node *items = quire_infer_items(in->arena, node);
    bool more;
    if (items == NULL) return quire_fail_memory(error, in->cursor->operation);
    quire_infer_list(node);
    QUIRE_TRY(quire_json_open(in->cursor, ']', &more, error));
    while (more) {
        QUIRE_TRY(infer_value(in, items, depth + 1, error));
        QUIRE_TRY(quire_json_next(in->cursor, ']', &more, error));
    }
    return 0;
}

static int infer_nested(struct inferring *in, struct quire_infer_node *node, int depth,
                        struct quire_error *error)
{
    bool object = *in->cursor->at == '{';
    if (quire_infer_is_closed(node, object ? QUIRE_INFER_OBJECT : QUIRE_INFER_LIST))
        return quire_json_skip(in->cursor, error);
    if (depth < QUIRE_FIELD_DEPTH_MAX - 1)
        return object ? infer_object(in, node, depth, error) : infer_array(in, node, depth, error);
    if (in->policy->mixed == QUIRE_INFER_MIXED_JSON) return infer_json(in, node, error);
    quire_fail(error, QUIRE_LIMIT, in->cursor->operation,
               "values are nested deeper than the %d levels that columns have",
               QUIRE_FIELD_DEPTH_MAX);
    quire_error_at(error, QUIRE_NOWHERE, NULL, in->cursor->at - in->cursor->start);
    quire_error_hint(error, "--mixed json keeps what lies deeper as JSON text");
    return QUIRE_LIMIT;
}

static int infer_value(struct inferring *in, struct quire_infer_node *node, int depth,
                       struct quire_error *error)
{
    struct quire_json_cursor *cursor = in->cursor;
    struct quire_bytes string;
    struct quire_json_number number;
    switch (*cursor->at) {
    case '{':
    case '[': return infer_nested(in, node, depth, error);
    case '"':
        QUIRE_TRY(quire_json_string(cursor, &string, error));
        quire_infer_string(node, (const char *)string.data, string.size, in->policy);
        return 0;
    case 't':
    case 'f': quire_infer_bool(node); return quire_json_literal(cursor, error);
    case 'n': quire_infer_null(node); return quire_json_literal(cursor, error);
    default:
        QUIRE_TRY(quire_json_number(cursor, &number, error));
        quire_infer_number(node, number.text, number.size);
        return 0;
    }
}

int quire_json_infer_record(struct quire_json_cursor *cursor, struct quire_arena *arena,
                            struct quire_infer_node *root, const struct quire_infer_policy *policy,
                            struct quire_error *error)
{
    struct inferring in = {cursor, arena, policy};
    return infer_object(&in, root, 0, error);
}
