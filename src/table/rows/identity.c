#include "table/rows/identity.h"

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/text.h"
#include "table/schema/protocol_raise.h"

#define OPERATION "write table"

/* --- What a table says ----------------------------------------------------------------------- */

static int fail_column(const char *name, const char *verb, struct quire_error *error)
{
    quire_fail(error, QUIRE_UNSUPPORTED, verb,
               "the identity column \"%.200s\" is not understood by this build: it has no start, "
               "no step, or is not of int64",
               name);
    return QUIRE_UNSUPPORTED;
}

static int read_field(const struct quire_delta_field *field, const char *verb,
                      struct quire_identity *identity, struct quire_error *error)
{
    static const char given[] = "true";
    const struct quire_delta_member *start = quire_delta_field_get(field, QUIRE_IDENTITY_START);
    const struct quire_delta_member *step = quire_delta_field_get(field, QUIRE_IDENTITY_STEP);
    const struct quire_delta_member *mark = quire_delta_field_get(field, QUIRE_IDENTITY_MARK);
    const struct quire_delta_member *allowed = quire_delta_field_get(field, QUIRE_IDENTITY_GIVEN);
    if (start == NULL || start->number == QUIRE_LOG_NONE || step == NULL || step->number == 0 ||
        step->number == QUIRE_LOG_NONE || (mark != NULL && mark->number == QUIRE_LOG_NONE) ||
        field->type->kind != QUIRE_DELTA_PRIMITIVE || strcmp(field->type->name, "long") != 0)
        return fail_column(field->name, verb, error);
    identity->start = start->number;
    identity->step = step->number;
    identity->marked = mark != NULL;
    identity->mark = mark != NULL ? mark->number : 0;
    identity->by_default = allowed != NULL && quire_bytes_equal_text(&allowed->raw, given);
    return 0;
}

static bool is_identity(const struct quire_delta_field *field)
{
    return quire_delta_field_get(field, QUIRE_IDENTITY_START) != NULL ||
           quire_delta_field_get(field, QUIRE_IDENTITY_STEP) != NULL;
}

int quire_identities_read(const struct quire_metadata_action *metadata,
                          const struct quire_protocol *protocol, const char *verb,
                          struct quire_arena *arena, struct quire_identities *identities,
                          struct quire_error *error)
{
    struct quire_delta_type *root = NULL;
    *identities = (struct quire_identities){NULL, 0};
    if (!quire_protocol_supports(protocol, "identityColumns")) return 0;
    QUIRE_TRY(quire_delta_type_read(&metadata->schema, arena, &root, error));
    struct quire_identity *items =
        quire_arena_alloc(arena, (root->fields_size + 1) * sizeof(*items));
    if (items == NULL) return quire_fail_memory(error, verb);
    identities->items = items;
    for (size_t i = 0; i < root->fields_size; i++) {
        const struct quire_delta_field *field = &root->fields[i];
        if (!is_identity(field)) continue;
        struct quire_identity *made = &items[identities->size++];
        *made = (struct quire_identity){.column = i, .name = field->name};
        QUIRE_TRY(read_field(field, verb, made, error));
    }
    return 0;
}

struct quire_identity *quire_identities_find(const struct quire_identities *identities,
                                             const char *name)
{
    for (size_t i = 0; i < identities->size; i++)
        if (quire_text_equal_ignore_case(identities->items[i].name, name))
            return &identities->items[i];
    return NULL;
}

/* --- Values ---------------------------------------------------------------------------------- */

/* The value beyond the mark on the way from start by steps. A mark of another writer may lie beside
 * that way, or before start. The least of all numbers is never given: it stands for no mark. */
static bool find_next(const struct quire_identity *identity, int64_t *value)
{
    const bool up = identity->step > 0;
    const uint64_t mark = (uint64_t)identity->mark, start = (uint64_t)identity->start;
    const uint64_t step = up ? (uint64_t)identity->step : 0 - (uint64_t)identity->step;
    *value = identity->start;
    if (!identity->marked) return true;
    if (up ? identity->mark < identity->start : identity->mark > identity->start) return true;
    uint64_t further = step - (up ? mark - start : start - mark) % step;
    uint64_t room = up ? (uint64_t)INT64_MAX - mark : mark - (uint64_t)(INT64_MIN + 1);
    if (further > room) return false;
    *value = (int64_t)(up ? mark + further : mark - further);
    return true;
}

static int fail_spent(const struct quire_identity *identity, struct quire_error *error)
{
    quire_fail(error, QUIRE_LIMIT, OPERATION, "all values of the column were given");
    quire_error_at(error, QUIRE_NOWHERE, identity->name, QUIRE_NOWHERE);
    return QUIRE_LIMIT;
}

int quire_identity_next(struct quire_identity *identity, int64_t *value, struct quire_error *error)
{
    if (!find_next(identity, value)) return fail_spent(identity, error);
    if (identity->generated++ == 0) identity->first = *value;
    identity->marked = true;
    identity->mark = *value;
    return 0;
}

int quire_identity_follow(const struct quire_identity *from, struct quire_identity *to,
                          struct quire_error *error)
{
    int64_t first, last, more;
    QUIRE_TRY(quire_identity_next(to, &first, error));
    if (__builtin_sub_overflow(from->mark, from->first, &more) ||
        __builtin_add_overflow(first, more, &last))
        return fail_spent(to, error);
    to->mark = last;
    to->generated = from->generated;
    return 0;
}

/* --- Marks ----------------------------------------------------------------------------------- */

int quire_identities_mark(const struct quire_identities *identities,
                          struct quire_transaction *transaction, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {NULL, 0};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf text = {0};
    struct quire_metadata_action metadata = *quire_transaction_next_metadata(transaction);
    const bool alone = transaction->next_metadata == NULL || transaction->marks_alone;
    struct quire_delta_type *root = NULL;
    bool any = false;
    for (size_t i = 0; i < identities->size; i++)
        any = any || identities->items[i].generated > 0;
    if (!any) return 0;
    QUIRE_TRY(quire_delta_type_read(&metadata.schema, &arena, &root, error));
    for (size_t i = 0; i < identities->size; i++) {
        const struct quire_identity *one = &identities->items[i];
        if (one->generated == 0) continue;
        if (quire_delta_field_set_number(&arena, &root->fields[one->column], QUIRE_IDENTITY_MARK,
                                         one->mark) != 0)
            return quire_fail_memory(error, OPERATION);
    }
    if (quire_delta_type_write(root, &text) != 0) return quire_fail_memory(error, OPERATION);
    metadata.schema = (struct quire_bytes){text.data, text.size};
    QUIRE_TRY(quire_transaction_metadata(transaction, &metadata, error));
    transaction->marks_alone = alone;
    return 0;
}

static bool same_bytes(const struct quire_bytes *a, const struct quire_bytes *b)
{
    return a->size == b->size && (a->size == 0 || memcmp(a->data, b->data, a->size) == 0);
}

/* The schema with all marks at the same place. */
static int write_unmarked(const struct quire_bytes *schema, struct quire_buf *out)
{
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {NULL, 0};
    struct quire_delta_type *root = NULL;
    int code = quire_delta_type_read(schema, &arena, &root, NULL);
    if (code == QUIRE_MEMORY) return code;
    if (code != 0) return quire_buf_append(out, schema->data, schema->size);
    for (size_t i = 0; i < root->fields_size; i++) {
        struct quire_delta_member **at = &root->fields[i].metadata;
        while (*at != NULL && strcmp((*at)->key, QUIRE_IDENTITY_MARK) != 0)
            at = &(*at)->next;
        if (*at != NULL) *at = (*at)->next;
    }
    return quire_delta_type_write(root, out);
}

int quire_identity_schemas_equal(const struct quire_bytes *a, const struct quire_bytes *b,
                                 bool *equal)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf left = {0}, right = {0};
    *equal = same_bytes(a, b);
    if (*equal) return 0;
    QUIRE_TRY(write_unmarked(a, &left));
    QUIRE_TRY(write_unmarked(b, &right));
    const struct quire_bytes one = {left.data, left.size}, other = {right.data, right.size};
    *equal = same_bytes(&one, &other);
    return 0;
}

/* Marks of now that are further than those of before. */
static int keep_marks(const struct quire_delta_type *now, struct quire_delta_type *before,
                      struct quire_arena *arena)
{
    for (size_t i = 0; i < before->fields_size; i++) {
        struct quire_delta_field *field = &before->fields[i];
        const struct quire_delta_field *other = quire_delta_type_find(now, field->name);
        const struct quire_delta_member *step = quire_delta_field_get(field, QUIRE_IDENTITY_STEP);
        const struct quire_delta_member *old = quire_delta_field_get(field, QUIRE_IDENTITY_MARK);
        const struct quire_delta_member *mark =
            other != NULL ? quire_delta_field_get(other, QUIRE_IDENTITY_MARK) : NULL;
        if (mark == NULL || step == NULL || mark->number == QUIRE_LOG_NONE) continue;
        if (old != NULL &&
            (step->number > 0 ? old->number >= mark->number : old->number <= mark->number))
            continue;
        QUIRE_TRY(quire_delta_field_set_number(arena, field, QUIRE_IDENTITY_MARK, mark->number));
    }
    return 0;
}

int quire_identity_keep_marks(const struct quire_bytes *now, const struct quire_bytes *before,
                              struct quire_arena *arena, struct quire_bytes *kept,
                              struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf text = {0};
    struct quire_delta_type *new_root = NULL, *old_root = NULL;
    *kept = *before;
    if (memmem(now->data, now->size, QUIRE_IDENTITY_MARK, strlen(QUIRE_IDENTITY_MARK)) == NULL)
        return 0;
    QUIRE_TRY(quire_delta_type_read(now, arena, &new_root, error));
    QUIRE_TRY(quire_delta_type_read(before, arena, &old_root, error));
    if (keep_marks(new_root, old_root, arena) != 0 || quire_delta_type_write(old_root, &text) != 0)
        return quire_fail_memory(error, OPERATION);
    *kept = (struct quire_bytes){text.data, text.size};
    return quire_bytes_copy(arena, kept) == 0 ? 0 : quire_fail_memory(error, OPERATION);
}
