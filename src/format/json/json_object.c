/* Objects into struct columns and map columns.
 *
 * A struct's children are filled as their members come; a child that has as many
 * rows as the struct has not had its member yet, which is all the bookkeeping
 * that missing and repeated members take. */
#include "base/cleanup.h"
#include "base/fail.h"
#include "base/hash.h"
#include "format/json/json_typed.h"

/* --- Structs ------------------------------------------------------------------- */

/* Where the last value of each column stands (const uint8_t *, NULL for none). Found
 * when it is first needed; not known when the rest of the object is not JSON. */
struct last_values {
    struct quire_buf places;
    bool known;
};

/* An object on its way into a row of a struct column. */
struct object {
    struct quire_column *column;
    const struct quire_json_shape *shape;
    const struct quire_json_row *rules;
    const uint8_t *start;
    int64_t row;
    struct last_values *last;
};

/* The column of a member, -1 when there is none. */
static inline int64_t column_of(const struct quire_json_shape *shape, int64_t member)
{
    return shape != NULL && member >= 0 ? shape->members[member].column : member;
}

/* The member that the string at the cursor names, -1 when there is none, and the
 * cursor past its colon. *next is where the next one is expected. */
static int find_member_slow(struct quire_json_cursor *cursor, const struct quire_field *field,
                            const struct quire_json_shape *shape, size_t *next, int64_t *member,
                            struct quire_error *error)
{
    struct quire_bytes name;
    const uint8_t *at = cursor->at;
    QUIRE_TRY(quire_json_string(cursor, &name, error));
    if (cursor->read.escape_names && memchr(name.data, 0, name.size) != NULL)
        QUIRE_TRY(quire_json_column_name(cursor, &name, error));
    if (shape != NULL) {
        *member = quire_json_shape_find(shape, name.data, name.size);
    } else {
        const struct quire_field *guess =
            *next < field->children_size ? &field->children[*next] : NULL;
        bool hit = guess != NULL && guess->name_size == name.size &&
                   memcmp(guess->name, name.data, name.size) == 0;
        *member =
            hit ? (int64_t)*next : quire_field_child(field, (const char *)name.data, name.size);
    }
    if (*member < 0 && cursor->read.any_case)
        *member = shape != NULL
                      ? quire_json_shape_find_any_case(shape, name.data, name.size)
                      : quire_field_child_any_case(field, (const char *)name.data, name.size);
    if (*member >= 0)
        *next = (size_t)*member + 1;
    else if (cursor->read.extra == QUIRE_EXTRA_ERROR) {
        cursor->at = at;
        int code = quire_json_fail(cursor, error, "there is no column for the member \"%.*s\"",
                                   name.size > 100 ? 100 : (int)name.size, (const char *)name.data);
        quire_error_hint(error,
                         "--extra ignore leaves it out; --extra evolve, or a schema that has "
                         "it, keeps it");
        return code;
    }
    return quire_json_colon(cursor, error);
}

static inline int find_member(struct quire_json_cursor *cursor, const struct quire_field *field,
                              const struct quire_json_shape *shape, size_t *next, int64_t *member,
                              struct quire_error *error)
{
    if (__builtin_expect(shape != NULL && *next < shape->members_size, 1)) {
        const struct quire_json_member *guess = &shape->members[*next];
        if (__builtin_expect(quire_json_member_here(guess, cursor->at), 1)) {
            *member = (int64_t)(*next)++;
            cursor->at += guess->text_size;
            quire_json_skip_blank(cursor);
            return 0;
        }
    }
    return find_member_slow(cursor, field, shape, next, member, error);
}

/* A value that does not fit becomes null; what is not JSON fails all the same. */
static int null_instead(struct quire_json_cursor *cursor, struct quire_column *child,
                        const struct quire_json_row *rules, struct quire_error *error)
{
    QUIRE_TRY(quire_json_skip(cursor, error));
    QUIRE_TRY(quire_json_append_null(cursor, child, "the value does not fit", error));
    ++*rules->nulled;
    return 0;
}

static int fail_repeated(const struct quire_json_cursor *cursor, struct quire_error *error)
{
    return quire_json_fail(cursor, error, "the member is repeated in one object");
}

/* Goes through the object once more; the cursor stays where it is. */
static int find_last_values(const struct object *object, struct quire_json_cursor *cursor,
                            struct quire_error *error)
{
    struct last_values *last = object->last;
    const uint8_t *at = cursor->at;
    size_t next = 0, size = object->column->children_size * sizeof(at);
    bool more;
    if (quire_buf_reserve(&last->places, size) != 0)
        return quire_fail_memory(error, cursor->operation);
    memset(last->places.data, 0, size);
    const uint8_t **places = (const uint8_t **)(void *)last->places.data;
    cursor->at = object->start;
    int code = quire_json_open(cursor, '}', &more, NULL);
    while (code == 0 && more) {
        int64_t member;
        code = find_member(cursor, object->column->field, object->shape, &next, &member, NULL);
        if (code != 0) break;
        int64_t index = column_of(object->shape, member);
        if (index >= 0) places[index] = cursor->at;
        code = quire_json_skip(cursor, NULL);
        if (code == 0) code = quire_json_next(cursor, '}', &more, NULL);
    }
    cursor->at = at;
    last->known = code == 0;
    return code == QUIRE_MEMORY ? quire_fail_memory(error, cursor->operation) : 0;
}

/* Whether the member whose value is at the cursor comes again. Looked up only for
 * values that do not fit: the object is gone through once, for all of them. */
static int comes_again(const struct object *object, struct quire_json_cursor *cursor, int64_t index,
                       bool *again, struct quire_error *error)
{
    struct last_values *last = object->last;
    if (last->places.data == NULL) QUIRE_TRY(find_last_values(object, cursor, error));
    const uint8_t **places = (const uint8_t **)(void *)last->places.data;
    *again = last->known && places[index] > cursor->at;
    return 0;
}

/* A value that its column does not take, for the reason in code and *error: it is
 * an error, unless it does not count or nulls take the place of such values. */
static int refused_value(const struct object *object, struct quire_json_cursor *cursor,
                         int64_t index, const struct quire_json_shape *shape, int code,
                         struct quire_error *error)
{
    const struct quire_json_row *rules = object->rules;
    struct quire_column *child = &object->column->children[index];
    bool again = false;
    quire_column_truncate(child, object->row);
    if (code == QUIRE_INPUT) QUIRE_TRY(comes_again(object, cursor, index, &again, error));
    if (again && cursor->read.repeated == QUIRE_JSON_REPEATED_ERROR)
        return fail_repeated(cursor, error);
    if (again && cursor->read.repeated == QUIRE_JSON_REPEATED_LAST) {
        quire_error_clear(error);
        return quire_json_skip(cursor, error);
    }
    if (rules == NULL || !rules->null_bad) return code;
    return code == QUIRE_INPUT ? null_instead(cursor, child, rules, error)
                               : quire_json_typed(cursor, child, shape, error);
}

/* The value of a member into its column. */
static inline int take_value(const struct object *object, struct quire_json_cursor *cursor,
                             int64_t index, const struct quire_json_shape *shape,
                             struct quire_error *error)
{
    const struct quire_json_row *rules = object->rules;
    struct quire_column *child = &object->column->children[index];
    const uint8_t *at = cursor->at;
    bool null_bad = rules != NULL && rules->null_bad;
    int code = quire_json_typed(cursor, child, shape, null_bad ? NULL : error);
    if (__builtin_expect(code == 0, 1)) return 0;
    if (code == QUIRE_MEMORY) return quire_fail_memory(error, cursor->operation);
    cursor->at = at;
    code = refused_value(object, cursor, index, shape, code, error);
    if (code != 0 && code != QUIRE_MEMORY) {
        quire_error_at(error, QUIRE_NOWHERE, NULL, at - cursor->start);
        quire_error_outer_column(error, child->field->name);
    }
    return code;
}

/* A member that has come before: *skip when the new value does not count. */
static int repeated_member(struct quire_json_cursor *cursor, struct quire_column *child,
                           int64_t row, bool *skip, struct quire_error *error)
{
    if (cursor->read.repeated == QUIRE_JSON_REPEATED_ERROR) {
        int code = fail_repeated(cursor, error);
        quire_error_outer_column(error, child->field->name);
        return code;
    }
    *skip = cursor->read.repeated == QUIRE_JSON_REPEATED_FIRST;
    if (!*skip) quire_column_truncate(child, row);
    return 0;
}

/* Nulls for the members that did not come. */
static int fill_missing(struct quire_json_cursor *cursor, struct quire_column *column,
                        struct quire_error *error)
{
    int64_t row = column->length;
    for (size_t i = 0; i < column->children_size; i++) {
        struct quire_column *child = &column->children[i];
        if (child->length != row) continue;
        int code = 0;
        if (cursor->read.missing == QUIRE_MISSING_ERROR)
            code = quire_json_fail(cursor, error, "the member is missing");
        else
            code = quire_json_append_null(cursor, child, "the member is missing", error);
        if (code == 0) continue;
        if (code != QUIRE_MEMORY) quire_error_outer_column(error, child->field->name);
        return code;
    }
    return 0;
}

static inline int take_members(const struct object *object, struct quire_json_cursor *cursor,
                               struct quire_error *error)
{
    struct quire_column *column = object->column;
    const struct quire_json_shape *shape = object->shape;
    int64_t row = object->row;
    size_t next = 0, filled = 0;
    bool more;
    QUIRE_TRY(quire_json_open(cursor, '}', &more, error));
    while (more) {
        int64_t member;
        QUIRE_TRY(find_member(cursor, column->field, shape, &next, &member, error));
        int64_t index = column_of(shape, member);
        bool skip = index < 0;
        if (!skip) {
            struct quire_column *child = &column->children[index];
            filled -= (size_t)(child->length - row);
            if (__builtin_expect(child->length != row, 0))
                QUIRE_TRY(repeated_member(cursor, child, row, &skip, error));
            if (!skip)
                QUIRE_TRY(take_value(object, cursor, index,
                                     shape != NULL ? &shape->children[member] : NULL, error));
            filled += (size_t)(child->length - row);
        }
        if (skip) QUIRE_TRY(quire_json_skip(cursor, error));
        QUIRE_TRY(quire_json_next(cursor, '}', &more, error));
    }
    if (filled != column->children_size) QUIRE_TRY(fill_missing(cursor, column, error));
    int code = quire_column_end_struct(column);
    return code != 0 ? quire_json_fail_append(cursor, code, error) : 0;
}

int quire_json_object(struct quire_json_cursor *cursor, struct quire_column *column,
                      const struct quire_json_shape *shape, const struct quire_json_row *rules,
                      struct quire_error *error)
{
    struct last_values last = {.known = false};
    const struct object object = {.column = column,
                                  .shape = shape,
                                  .rules = rules,
                                  .start = cursor->at,
                                  .row = column->length,
                                  .last = &last};
    int code = take_members(&object, cursor, error);
    if (__builtin_expect(last.places.data != NULL, 0)) quire_buf_release(&last.places);
    return code;
}

/* --- Maps ---------------------------------------------------------------------- */

/* A name seen in the object, by hash; members of one hash are taken for equal only
 * when their names are. */
struct name_slot {
    uint64_t hash;
    uint32_t entry; /* entry of the map + 1; 0: free */
};

static struct quire_bytes key_bytes(const struct quire_column *key, int64_t row)
{
    const uint8_t *data = key->bytes.data;
    if (key->field->kind == QUIRE_KIND_DICTIONARY) {
        /* Equal values have equal indices. */
        size_t width = key->values.size / (size_t)key->length;
        return (struct quire_bytes){key->values.data + (size_t)row * width, width};
    }
    if (key->field->kind == QUIRE_KIND_LARGE_STRING) {
        int64_t offsets[2];
        memcpy(offsets, key->values.data + row * 8, 16);
        return (struct quire_bytes){data + offsets[0], (size_t)(offsets[1] - offsets[0])};
    }
    int32_t offsets[2];
    memcpy(offsets, key->values.data + row * 4, 8);
    return (struct quire_bytes){data + offsets[0], (size_t)(offsets[1] - offsets[0])};
}

/* Whether the key of entry `row` is in the table, which then has it. */
static bool seen_before(const struct quire_column *key, int64_t row, int64_t start,
                        struct name_slot *slots, size_t mask)
{
    struct quire_bytes bytes = key_bytes(key, row);
    uint64_t hash = quire_hash_bytes(bytes.data, bytes.size);
    size_t slot = hash & mask;
    for (; slots[slot].entry != 0; slot = (slot + 1) & mask) {
        if (slots[slot].hash != hash) continue;
        struct quire_bytes other = key_bytes(key, start + slots[slot].entry - 1);
        if (other.size == bytes.size && memcmp(other.data, bytes.data, bytes.size) == 0)
            return true;
    }
    slots[slot] = (struct name_slot){.hash = hash, .entry = (uint32_t)(row - start) + 1};
    return false;
}

/* Marks the entries from start on that do not count; *any when there are some. */
static int mark_repeated(struct quire_json_cursor *cursor, const struct quire_column *key,
                         int64_t start, struct quire_buf *marks, bool *any,
                         struct quire_error *error)
{
    size_t count = (size_t)(key->length - start), slots_size = 8;
    while (slots_size < 2 * count)
        slots_size *= 2;
    quire_buf_clear(&cursor->names);
    if (quire_buf_reserve(&cursor->names, slots_size * sizeof(struct name_slot)) != 0 ||
        quire_buf_reserve(marks, count) != 0)
        return quire_fail_memory(error, cursor->operation);
    memset(cursor->names.data, 0, slots_size * sizeof(struct name_slot));
    memset(marks->data, 0, count);
    struct name_slot *slots = (struct name_slot *)(void *)cursor->names.data;
    *any = false;
    for (size_t i = 0; i < count; i++) {
        size_t entry = cursor->read.repeated == QUIRE_JSON_REPEATED_LAST ? count - 1 - i : i;
        bool repeated = seen_before(key, start + (int64_t)entry, start, slots, slots_size - 1);
        marks->data[entry] = repeated;
        *any = *any || repeated;
    }
    return 0;
}

/* The members as entries, without those that are marked (NULL: none). */
static int take_entries(struct quire_json_cursor *cursor, struct quire_column *column,
                        const struct quire_json_shape *shape, const uint8_t *marks,
                        struct quire_error *error)
{
    struct quire_column *entries = &column->children[0];
    const struct quire_json_shape *value_shape =
        shape != NULL ? &shape->children[0].children[1] : NULL;
    bool more;
    QUIRE_TRY(quire_json_open(cursor, '}', &more, error));
    for (size_t member = 0; more; member++) {
        struct quire_bytes name;
        QUIRE_TRY(quire_json_string(cursor, &name, error));
        bool marked = marks != NULL && marks[member];
        int code =
            marked ? 0 : quire_column_append_bytes(&entries->children[0], name.data, name.size);
        if (code != 0) return quire_json_fail_append(cursor, code, error);
        QUIRE_TRY(quire_json_colon(cursor, error));
        if (marked) {
            QUIRE_TRY(quire_json_skip(cursor, error));
        } else {
            QUIRE_TRY(quire_json_typed(cursor, &entries->children[1], value_shape, error));
            code = quire_column_end_struct(entries);
            if (code != 0) return quire_json_fail_append(cursor, code, error);
        }
        QUIRE_TRY(quire_json_next(cursor, '}', &more, error));
    }
    return 0;
}

/* The names of the members alone, as keys. */
static int take_names(struct quire_json_cursor *cursor, struct quire_column *key,
                      struct quire_error *error)
{
    bool more;
    QUIRE_TRY(quire_json_open(cursor, '}', &more, error));
    while (more) {
        struct quire_bytes name;
        QUIRE_TRY(quire_json_string(cursor, &name, error));
        int code = quire_column_append_bytes(key, name.data, name.size);
        if (code != 0) return quire_json_fail_append(cursor, code, error);
        QUIRE_TRY(quire_json_colon(cursor, error));
        QUIRE_TRY(quire_json_skip(cursor, error));
        QUIRE_TRY(quire_json_next(cursor, '}', &more, error));
    }
    return 0;
}

/* Marks the members that do not count of an object in which a value was refused:
 * it may have been one of them. */
static int mark_refused(struct quire_json_cursor *cursor, struct quire_column *entries,
                        int64_t start, struct quire_buf *marks, bool *any)
{
    quire_column_truncate(entries, start);
    struct quire_column *key = &entries->children[0];
    int code = take_names(cursor, key, NULL);
    if (code == 0) code = mark_repeated(cursor, key, start, marks, any, NULL);
    quire_column_truncate(key, start);
    return code;
}

int quire_json_map(struct quire_json_cursor *cursor, struct quire_column *column,
                   const struct quire_json_shape *shape, struct quire_error *error)
{
    struct quire_column *entries = &column->children[0];
    int64_t start = entries->length;
    const uint8_t *at = cursor->at;
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf marks = {0};
    bool any = false;
    int refused = take_entries(cursor, column, shape, NULL, error);
    if (refused == QUIRE_INPUT) {
        cursor->at = at;
        int code = mark_refused(cursor, entries, start, &marks, &any);
        if (code == QUIRE_MEMORY) return quire_fail_memory(error, cursor->operation);
        if (code != 0 || !any) return refused;
        quire_error_clear(error);
    } else if (refused != 0) {
        return refused;
    } else if (entries->length - start > 1) {
        QUIRE_TRY(mark_repeated(cursor, &entries->children[0], start, &marks, &any, error));
    }
    if (any) {
        cursor->at = at;
        if (cursor->read.repeated == QUIRE_JSON_REPEATED_ERROR)
            return quire_json_fail(cursor, error, "a member is repeated in one object");
        quire_column_truncate(entries, start);
        QUIRE_TRY(take_entries(cursor, column, shape, marks.data, error));
    }
    int code = quire_column_end_list(column);
    return code != 0 ? quire_json_fail_append(cursor, code, error) : 0;
}
