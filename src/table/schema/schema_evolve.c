/* The rows' schema is put as Delta writes it, and the two trees are gone through together. */
#include "table/schema/schema_evolve.h"

#include "base/cleanup.h"
#include "base/fail.h"
#include "table/schema/column_mapping.h"
#include "table/schema/delta_schema.h"
#include "table/schema/delta_schema_write.h"
#include "table/schema/type_widening.h"

#define OPERATION "evolve schema"
#define WIDENING  "delta.enableTypeWidening"
#define CHANGES   "delta.typeChanges"

struct evolution {
    struct quire_metadata_change change;
    bool widens, widened;
    struct quire_error *error;
};

/* Where a type stands: the field that its changes are noted at, and the way from there. */
struct place {
    struct quire_delta_field *field;
    const char *path; /* "element.value"; "": the field's own type */
    bool partition;   /* the field is a column that the table is partitioned by */
};

static int fail_memory(const struct evolution *evolution)
{
    return quire_fail_memory(evolution->error, OPERATION);
}

/* --- Types --------------------------------------------------------------------------------- */

/* The list that a field has, without its closing bracket. */
static int begin_list(struct evolution *evolution, const struct quire_delta_field *field,
                      struct quire_buf *list)
{
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {NULL, 0};
    const struct quire_delta_member *before = quire_delta_field_get(field, CHANGES);
    struct quire_json_node *root = NULL;
    size_t at;
    if (before == NULL) return quire_buf_push(list, '[');
    QUIRE_TRY(quire_json_tree_parse((const char *)before->raw.data, before->raw.size, &arena, &root,
                                    &at));
    if (root->kind != QUIRE_JSON_ARRAY)
        return quire_fail(evolution->error, QUIRE_CORRUPT, OPERATION,
                          "the " CHANGES " of column \"%.100s\" is no list", field->name);
    if (root->children_size == 0) return quire_buf_push(list, '[');
    QUIRE_TRY(quire_buf_append(list, root->raw, root->raw_size - 1));
    return quire_buf_push(list, ',');
}

/* Adds {"fromType", "toType"} to the list of the field. */
static int note_change(struct evolution *evolution, const struct place *place, const char *from,
                       const char *to)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf list = {0};
    int code = begin_list(evolution, place->field, &list);
    if (code == QUIRE_CORRUPT) return code;
    if (code == 0)
        code = quire_buf_printf(&list, "{\"fromType\":\"%s\",\"toType\":\"%s\"", from, to);
    if (code == 0 && place->path[0] != '\0')
        code = quire_buf_printf(&list, ",\"fieldPath\":\"%s\"", place->path);
    if (code == 0) code = quire_buf_append_text(&list, "}]");
    const struct quire_bytes raw = {list.data, list.size};
    if (code == 0)
        code = quire_delta_field_set(&evolution->change.arena, place->field, CHANGES, &raw);
    return code == 0 ? 0 : fail_memory(evolution);
}

static int widen(struct evolution *evolution, struct quire_delta_type *type, const char *rows,
                 const struct place *place)
{
    char wider[QUIRE_DELTA_TYPE_NAME_MAX];
    if (!evolution->widens || !quire_type_widen(type->name, rows, wider)) return 0;
    /* Values of partitions are texts of the type that they were written as. */
    if (place->partition && strcmp(wider, "timestamp_ntz") == 0) return 0;
    QUIRE_TRY(note_change(evolution, place, type->name, wider));
    type->name = quire_arena_strndup(&evolution->change.arena, wider, strlen(wider));
    evolution->widened = evolution->change.changed_schema = true;
    return type->name != NULL ? 0 : fail_memory(evolution);
}

/* --- Trees --------------------------------------------------------------------------------- */

static int merge(struct evolution *evolution, struct quire_delta_type *type,
                 const struct quire_delta_type *rows, const struct place *place);

/* Rows that are there have no value in it. */
static int add_field(struct evolution *evolution, struct quire_delta_type *type,
                     const struct quire_delta_field *rows)
{
    struct quire_delta_field added = *rows;
    added.nullable = true;
    evolution->change.changed_schema = true;
    return quire_delta_type_push(&evolution->change.arena, type, &added) == 0
               ? 0
               : fail_memory(evolution);
}

static int merge_fields(struct evolution *evolution, struct quire_delta_type *type,
                        const struct quire_delta_type *rows, bool top)
{
    for (size_t i = 0; i < rows->fields_size; i++) {
        const struct quire_delta_field *field = &rows->fields[i];
        struct quire_delta_field *found = quire_delta_type_find(type, field->name);
        if (found == NULL) {
            QUIRE_TRY(add_field(evolution, type, field));
            continue;
        }
        const struct place place = {
            .field = found,
            .path = "",
            .partition =
                top && quire_delta_partition(&evolution->change.metadata, found->name) >= 0,
        };
        QUIRE_TRY(merge(evolution, found->type, field->type, &place));
    }
    return 0;
}

/* Of a list or a map, by the name of the part. */
static int merge_part(struct evolution *evolution, struct quire_delta_type *type,
                      const struct quire_delta_type *rows, const char *part,
                      const struct place *place)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf path = {0};
    if (quire_buf_printf(&path, "%s%s%s", place->path, place->path[0] != '\0' ? "." : "", part) !=
            0 ||
        quire_buf_terminate(&path) != 0)
        return fail_memory(evolution);
    const struct place inner = {place->field, (const char *)path.data, place->partition};
    return merge(evolution, type, rows, &inner);
}

static int merge(struct evolution *evolution, struct quire_delta_type *type,
                 const struct quire_delta_type *rows, const struct place *place)
{
    if (type->kind != rows->kind) return 0;
    switch (type->kind) {
    case QUIRE_DELTA_STRUCT: return merge_fields(evolution, type, rows, false);
    case QUIRE_DELTA_ARRAY:
        return merge_part(evolution, type->element, rows->element, "element", place);
    case QUIRE_DELTA_MAP:
        QUIRE_TRY(merge_part(evolution, type->key, rows->key, "key", place));
        return merge_part(evolution, type->element, rows->element, "value", place);
    default: return widen(evolution, type, rows->name, place);
    }
}

/* --- Evolution ----------------------------------------------------------------------------- */

/* Columns of nothing but nulls say nothing of the table's. */
static void drop_nulls(struct ArrowSchema *schema)
{
    int64_t kept = 0;
    for (int64_t i = 0; i < schema->n_children; i++) {
        struct ArrowSchema *child = schema->children[i];
        if (strcmp(child->format, "n") == 0) {
            quire_schema_release(child);
            quire_free(child);
        } else {
            schema->children[kept++] = child;
        }
    }
    schema->n_children = kept;
}

int quire_schema_of_rows(const struct ArrowSchema *rows, struct quire_arena *arena,
                         struct quire_delta_type **type, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_field_cleanup) struct quire_field *fields = NULL;
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf text = {0};
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema typed = {.release = NULL};
    QUIRE_TRY(quire_schema_copy(rows, &typed, error));
    drop_nulls(&typed);
    QUIRE_TRY(quire_field_open(&typed, &fields, error));
    QUIRE_TRY(quire_delta_schema_write(fields, &text, error));
    const struct quire_bytes bytes = {text.data, text.size};
    return quire_delta_type_read(&bytes, arena, type, error);
}

static void release_evolution(struct evolution *evolution)
{
    quire_metadata_change_release(&evolution->change);
}

int quire_schema_evolve(struct quire_transaction *transaction, const struct ArrowSchema *rows,
                        enum quire_table_evolve how, struct quire_error *error)
{
    QUIRE_CLEANUP(release_evolution) struct evolution evolution = {.error = error};
    struct quire_metadata_change *change = &evolution.change;
    struct quire_delta_type *type = NULL;
    if (how == QUIRE_TABLE_EVOLVE_OFF) return 0;
    QUIRE_TRY(quire_metadata_change_open(quire_transaction_next_metadata(transaction),
                                         quire_transaction_next_protocol(transaction),
                                         transaction->read_version < 0, change, error));
    const char *enabled = quire_metadata_change_get(change, WIDENING);
    evolution.widens =
        how == QUIRE_TABLE_EVOLVE_WIDEN || (enabled != NULL && strcmp(enabled, "true") == 0);
    QUIRE_TRY(quire_schema_of_rows(rows, &change->arena, &type, error));
    QUIRE_TRY(merge_fields(&evolution, change->root, type, true));
    if (!change->changed_schema) return 0;
    if (evolution.widened) {
        QUIRE_TRY(quire_metadata_change_raise(change, "typeWidening", error));
        QUIRE_TRY(quire_metadata_change_set(change, WIDENING, "true", error));
    }
    QUIRE_TRY(quire_column_mapping_extend(change, error));
    return quire_metadata_change_commit(change, transaction, error);
}
