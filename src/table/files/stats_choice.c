#include "table/files/stats_choice.h"

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/json_tree.h"
#include "base/number.h"
#include "table/schema/delta_schema.h"

#define OPERATION    "write table"
#define COLUMNS_MOST 32 /* that statistics are kept of, unless a property says otherwise */

struct chooser {
    struct quire_arena *arena;
    struct quire_buf names; /* struct quire_bytes */
    struct quire_buf path;  /* being read: parts, each with its zero */
    const char *unknown;    /* of a list: the first that is no column; NULL: none */
    size_t unknown_size;
    const char *unordered; /* of a list: the first by which Spark passes over no file; NULL: none */
    size_t unordered_size;
    struct quire_error *error;
};

static void release_chooser(struct chooser *chooser)
{
    quire_buf_release(&chooser->names);
    quire_buf_release(&chooser->path);
}

static int push_part(struct chooser *chooser, const char *part, size_t size)
{
    QUIRE_TRY(quire_buf_append(&chooser->path, part, size));
    return quire_buf_push(&chooser->path, 0);
}

static int push_name(struct chooser *chooser)
{
    struct quire_bytes name = {chooser->path.data, chooser->path.size};
    if (name.size == 0) return 0;
    QUIRE_TRY(quire_bytes_copy(chooser->arena, &name));
    quire_buf_clear(&chooser->path);
    return quire_buf_append(&chooser->names, &name, sizeof(name));
}

/* --- The property ---------------------------------------------------------------------------- */

/* The next part of a name, "a" or "`a.b`", whose quotes are doubled inside. */
static const char *read_part(const char *at, struct quire_buf *part)
{
    bool quoted = *at == '`';
    quire_buf_clear(part);
    for (at += quoted; *at != '\0'; at++) {
        if (quoted && at[0] == '`' && at[1] != '`') return at + 1;
        if (quoted && at[0] == '`') at++;
        if (!quoted && (*at == ',' || *at == '.')) break;
        if (quire_buf_push(part, (uint8_t)*at) != 0) return NULL;
    }
    while (!quoted && part->size > 0 && part->data[part->size - 1] == ' ')
        part->size--;
    return at;
}

/* Goes down by a part, which is said by the name that files have. *type is NULL where there is no
 * such column: then nothing is told of it. */
static int step_down(struct chooser *chooser, const struct quire_delta_type **type,
                     struct quire_buf *part)
{
    QUIRE_TRY(quire_buf_terminate(part));
    const struct quire_delta_field *field =
        *type != NULL && part->data != NULL ? quire_delta_type_find(*type, (const char *)part->data)
                                            : NULL;
    *type = field != NULL ? field->type : NULL;
    if (field == NULL) return 0;
    const struct quire_delta_member *mapped =
        quire_delta_field_get(field, QUIRE_DELTA_MAPPING_NAME);
    const char *name = mapped != NULL && mapped->text != NULL ? mapped->text : field->name;
    return push_part(chooser, name, strlen(name));
}

/* Spark changes no metadata of a table whose list names a column of another type
 * (SkippingEligibleDataType of delta-spark); of a struct all are named. */
static bool is_ordered(const struct quire_delta_type *type)
{
    if (type->kind == QUIRE_DELTA_PRIMITIVE)
        return strcmp(type->name, "boolean") != 0 && strcmp(type->name, "binary") != 0;
    bool ordered = type->kind == QUIRE_DELTA_STRUCT;
    for (size_t i = 0; i < type->fields_size && ordered; i++)
        ordered = is_ordered(type->fields[i].type);
    return ordered;
}

/* "a, b.c, `d e`". */
static int read_list(struct chooser *chooser, const char *list, const struct quire_delta_type *root)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf part = {0};
    for (const char *at = list; *at != '\0';) {
        const struct quire_delta_type *type = root;
        const char *start = at + strspn(at, " ");
        for (;;) {
            at = read_part(at + strspn(at, " "), &part);
            if (at == NULL) return QUIRE_MEMORY;
            QUIRE_TRY(step_down(chooser, &type, &part));
            if (*at != '.') break;
            at++;
        }
        if (type == NULL) {
            quire_buf_clear(&chooser->path);
            if (chooser->unknown == NULL) {
                chooser->unknown = start;
                chooser->unknown_size = (size_t)(at - start);
            }
        }
        if (type != NULL && chooser->unordered == NULL && !is_ordered(type)) {
            chooser->unordered = start;
            chooser->unordered_size = (size_t)(at - start);
        }
        QUIRE_TRY(push_name(chooser));
        at += strcspn(at, ",");
        at += *at == ',';
    }
    return 0;
}

int quire_stats_choice_check(const char *list, const struct quire_delta_type *root,
                             struct quire_error *error)
{
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {NULL, 0};
    QUIRE_CLEANUP(release_chooser) struct chooser chooser = {.arena = &arena, .error = error};
    if (read_list(&chooser, list, root) != 0) return quire_fail_memory(error, OPERATION);
    if (chooser.unknown != NULL)
        return quire_fail(error, QUIRE_USAGE, "set property",
                          "delta.dataSkippingStatsColumns: there is no column \"%.*s\"",
                          chooser.unknown_size < 200 ? (int)chooser.unknown_size : 200,
                          chooser.unknown);
    if (chooser.unordered == NULL) return 0;
    return quire_fail(error, QUIRE_USAGE, "set property",
                      "delta.dataSkippingStatsColumns: \"%.*s\" is no number, text, date or time, "
                      "and Spark changes nothing of a table that names such a column here",
                      chooser.unordered_size < 200 ? (int)chooser.unordered_size : 200,
                      chooser.unordered);
}

static int read_property(struct chooser *chooser, const char *list,
                         const struct quire_metadata_action *metadata)
{
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {NULL, 0};
    struct quire_delta_type *root = NULL;
    QUIRE_TRY(quire_delta_type_read(&metadata->schema, &arena, &root, chooser->error));
    int code = read_list(chooser, list, root);
    return code == 0 ? 0 : quire_fail_memory(chooser->error, OPERATION);
}

/* --- The domain ------------------------------------------------------------------------------ */

/* {"clusteringColumns": [["a"], ["b", "c"]]}; also with the name itself for a list of one. */
static int read_clustering(struct chooser *chooser, const struct quire_domain *domain)
{
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {NULL, 0};
    struct quire_json_node *root = NULL;
    size_t at;
    int code = quire_json_tree_parse((const char *)domain->configuration.data,
                                     domain->configuration.size, &arena, &root, &at);
    if (code == QUIRE_MEMORY) return code;
    const struct quire_json_node *list = quire_json_tree_get(root, "clusteringColumns");
    const struct quire_json_node *column = list != NULL ? list->first : NULL;
    for (; column != NULL; column = column->next) {
        const struct quire_json_node *part =
            column->kind == QUIRE_JSON_ARRAY ? column->first : column;
        for (; part != NULL && part->kind == QUIRE_JSON_STRING;
             part = column->kind == QUIRE_JSON_ARRAY ? part->next : NULL)
            QUIRE_TRY(push_part(chooser, part->text, part->size));
        QUIRE_TRY(push_name(chooser));
    }
    return 0;
}

static int read_domains(struct chooser *chooser, const struct quire_buf *domains)
{
    const struct quire_domain *list = (const struct quire_domain *)(const void *)domains->data;
    for (size_t i = 0; i < domains->size / sizeof(*list); i++)
        if (quire_bytes_equal_text(&list[i].name, "delta.clustering") &&
            list[i].configuration.data != NULL)
            QUIRE_TRY(read_clustering(chooser, &list[i]));
    return 0;
}

int quire_stats_choice_read(const struct quire_metadata_action *metadata,
                            const struct quire_buf *domains, struct quire_arena *arena,
                            struct quire_stats_choice *choice, struct quire_error *error)
{
    QUIRE_CLEANUP(release_chooser) struct chooser chooser = {.arena = arena, .error = error};
    const struct quire_pair *list =
        quire_pairs_find(&metadata->configuration, "delta.dataSkippingStatsColumns");
    const struct quire_pair *count =
        quire_pairs_find(&metadata->configuration, "delta.dataSkippingNumIndexedCols");
    choice->columns = COLUMNS_MOST;
    if (list != NULL && list->value.data != NULL) {
        choice->columns = 0;
        QUIRE_TRY(read_property(&chooser, (const char *)list->value.data, metadata));
    } else if (count != NULL && count->value.data != NULL &&
               !quire_number_parse_i64((const char *)count->value.data, count->value.size,
                                       &choice->columns, NULL)) {
        choice->columns = COLUMNS_MOST;
    }
    int code = read_domains(&chooser, domains);
    size_t size = chooser.names.size / sizeof(struct quire_bytes);
    choice->names.size = size;
    choice->names.items = quire_arena_alloc(arena, (size + 1) * sizeof(struct quire_bytes));
    if (code != 0 || choice->names.items == NULL) return quire_fail_memory(error, OPERATION);
    if (size > 0) memcpy(choice->names.items, chooser.names.data, chooser.names.size);
    return 0;
}

int64_t quire_stats_leaves(const struct ArrowSchema *column)
{
    int64_t leaves = 0;
    for (int64_t i = 0; i < column->n_children; i++)
        leaves += quire_stats_leaves(column->children[i]);
    return column->n_children > 0 ? leaves : 1;
}
