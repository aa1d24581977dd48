#include "table/schema/metadata_change.h"

#include "base/cleanup.h"
#include "base/fail.h"
#include "table/schema/protocol_raise.h"

#define OPERATION "change table"

int quire_metadata_change_open(const struct quire_metadata_action *metadata,
                               const struct quire_protocol *protocol, bool fresh,
                               struct quire_metadata_change *change, struct quire_error *error)
{
    *change = (struct quire_metadata_change){
        .metadata = *metadata, .protocol = *protocol, .fresh = fresh};
    int code = quire_metadata_copy(&change->arena, &change->metadata);
    if (code == 0) code = quire_protocol_copy(&change->arena, &change->protocol);
    if (code != 0) return quire_fail_memory(error, OPERATION);
    return quire_delta_type_read(&change->metadata.schema, &change->arena, &change->root, error);
}

void quire_metadata_change_release(struct quire_metadata_change *change)
{
    quire_arena_release(&change->arena);
    quire_buf_release(&change->features);
}

/* --- Properties ------------------------------------------------------------------------------ */

const char *quire_metadata_change_get(const struct quire_metadata_change *change, const char *name)
{
    const struct quire_pair *pair = quire_pairs_find(&change->metadata.configuration, name);
    return pair != NULL ? (const char *)pair->value.data : NULL;
}

static bool copy_text(struct quire_metadata_change *change, const char *text,
                      struct quire_bytes *copy)
{
    *copy = (struct quire_bytes){(const uint8_t *)text, strlen(text)};
    return quire_bytes_copy(&change->arena, copy) == 0;
}

int quire_metadata_change_set(struct quire_metadata_change *change, const char *name,
                              const char *value, struct quire_error *error)
{
    struct quire_pairs *pairs = &change->metadata.configuration;
    struct quire_pair *items =
        quire_arena_alloc(&change->arena, (pairs->size + 1) * sizeof(*items));
    struct quire_bytes copy = {NULL, 0};
    size_t size = 0, found = pairs->size;
    if (items == NULL || (value != NULL && !copy_text(change, value, &copy)))
        return quire_fail_memory(error, OPERATION);
    for (size_t i = 0; i < pairs->size; i++) {
        bool same = quire_bytes_equal_text(&pairs->items[i].key, name);
        if (same) found = i;
        if (same && value == NULL) continue;
        items[size] = pairs->items[i];
        if (same) items[size].value = copy;
        size++;
    }
    if (found == pairs->size && value != NULL) {
        if (!copy_text(change, name, &items[size].key)) return quire_fail_memory(error, OPERATION);
        items[size++].value = copy;
    }
    const char *before = quire_metadata_change_get(change, name);
    change->changed_metadata = change->changed_metadata || (before == NULL) != (value == NULL) ||
                               (before != NULL && value != NULL && strcmp(before, value) != 0);
    *pairs = (struct quire_pairs){items, size};
    return 0;
}

/* --- The protocol ---------------------------------------------------------------------------- */

int quire_metadata_change_raise(struct quire_metadata_change *change, const char *feature,
                                struct quire_error *error)
{
    const char *copy = quire_arena_strndup(&change->arena, feature, strlen(feature));
    if (copy == NULL || quire_buf_append(&change->features, &copy, sizeof(copy)) != 0)
        return quire_fail_memory(error, OPERATION);
    return quire_protocol_raise(&change->protocol, copy, &change->arena, &change->changed_protocol,
                                error);
}

static bool has_type(const struct quire_delta_type *type, const char *name)
{
    if (type->kind == QUIRE_DELTA_PRIMITIVE) return strcmp(type->name, name) == 0;
    if (type->key != NULL && has_type(type->key, name)) return true;
    if (type->element != NULL && has_type(type->element, name)) return true;
    for (size_t i = 0; i < type->fields_size; i++)
        if (has_type(type->fields[i].type, name)) return true;
    return false;
}

/* A column that may not be null is an invariant to engines that look at features (Spark). */
static int raise_for_schema(struct quire_metadata_change *change, struct quire_error *error)
{
    if (has_type(change->root, "timestamp_ntz"))
        QUIRE_TRY(quire_metadata_change_raise(change, "timestampNtz", error));
    for (size_t i = 0; i < change->root->fields_size; i++)
        if (!change->root->fields[i].nullable)
            return quire_metadata_change_raise(change, "invariants", error);
    return 0;
}

/* A new table names the features that it asks for, and none that versions would imply. */
static int spell_features(struct quire_metadata_change *change, struct quire_error *error)
{
    const char *const *features = (const char *const *)(const void *)change->features.data;
    size_t size = change->features.size / sizeof(*features);
    struct quire_protocol named = {.reader = 1, .writer = QUIRE_WRITER_FEATURES};
    bool changed = false;
    if (!change->fresh || change->protocol.writer < QUIRE_WRITER_FEATURES) return 0;
    for (size_t i = 0; i < size; i++)
        QUIRE_TRY(quire_protocol_raise(&named, features[i], &change->arena, &changed, error));
    change->protocol = named;
    return 0;
}

/* Changes of rows have three columns behind those of the table (PROTOCOL.md, "Add CDC File"), which
 * a column of such a name could not be told from. */
static int check_change_columns(const struct quire_metadata_change *change,
                                struct quire_error *error)
{
    static const char property[] = "delta.enableChangeDataFeed";
    static const char *const names[] = {"_change_type", "_commit_version", "_commit_timestamp"};
    const char *value = quire_metadata_change_get(change, property);
    bool changed = change->fresh || change->changed_metadata || change->changed_schema;
    if (!changed || value == NULL || strcmp(value, "true") != 0) return 0;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const struct quire_delta_field *field = quire_delta_type_find(change->root, names[i]);
        if (field != NULL)
            return quire_fail(error, QUIRE_USAGE, OPERATION,
                              "with %s a table has no column of its own called \"%.100s\"",
                              property, field->name);
    }
    return 0;
}

int quire_metadata_change_finish(struct quire_metadata_change *change, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf text = {0};
    QUIRE_TRY(check_change_columns(change, error));
    QUIRE_TRY(raise_for_schema(change, error));
    QUIRE_TRY(spell_features(change, error));
    if (!change->changed_schema) return 0;
    int code = quire_delta_type_write(change->root, &text);
    change->metadata.schema = (struct quire_bytes){text.data, text.size};
    if (code == 0) code = quire_bytes_copy(&change->arena, &change->metadata.schema);
    return code == 0 ? 0 : quire_fail_memory(error, OPERATION);
}

int quire_metadata_change_commit(struct quire_metadata_change *change,
                                 struct quire_transaction *transaction, struct quire_error *error)
{
    QUIRE_TRY(quire_metadata_change_finish(change, error));
    if (change->changed_protocol)
        QUIRE_TRY(quire_transaction_protocol(transaction, &change->protocol, error));
    if (!change->changed_metadata && !change->changed_schema) return 0;
    return quire_transaction_metadata(transaction, &change->metadata, error);
}
