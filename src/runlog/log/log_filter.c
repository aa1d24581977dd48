/* Equality maps, as SparkForge's exports take them, become conditions. */
#include "runlog/log/log_filter.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/json_tree.h"
#include "base/text.h"

#define OPERATION    "filter"
#define DISTANCE_MAX 4

static int fail_column(const struct ArrowSchema *schema, const char *name,
                       struct quire_error *error)
{
    size_t least = DISTANCE_MAX;
    const char *nearest = NULL;
    int code =
        quire_fail(error, QUIRE_USAGE, OPERATION, "the run log has no column \"%.80s\"", name);
    for (int64_t i = 0; i < schema->n_children; i++) {
        size_t distance = quire_text_distance(schema->children[i]->name, name, least - 1);
        if (distance >= least) continue;
        least = distance;
        nearest = schema->children[i]->name;
    }
    if (nearest != NULL) quire_error_hint(error, "did you mean \"%s\"?", nearest);
    return code;
}

/* No name holds a NUL. */
static const struct ArrowSchema *find_column(const struct ArrowSchema *schema, const char *name,
                                             size_t size)
{
    for (int64_t i = 0; i < schema->n_children; i++)
        if (strlen(name) == size && strcmp(schema->children[i]->name, name) == 0)
            return schema->children[i];
    return NULL;
}

/* A literal: quotes are doubled, and backslashes, which begin escapes; a NUL would end it, and "\0"
 * before digits is another character. */
static int append_text(struct quire_buf *out, const char *text, size_t size)
{
    int code = quire_buf_push(out, '\'');
    for (size_t i = 0; code == 0 && i < size; i++) {
        if (text[i] == '\'' || text[i] == '\\') code = quire_buf_push(out, (uint8_t)text[i]);
        if (code == 0 && text[i] == '\0')
            code = quire_buf_append_text(out, "\\u0000");
        else if (code == 0)
            code = quire_buf_push(out, (uint8_t)text[i]);
    }
    return code == 0 ? quire_buf_push(out, '\'') : code;
}

static int append_equal(struct quire_buf *out, const struct quire_json_node *member,
                        const struct ArrowSchema *column, struct quire_error *error)
{
    int code = quire_buf_printf(out, "`%s`", member->key);
    if (code == 0)
        code = quire_buf_append_text(out, member->kind == QUIRE_JSON_NULL ? " IS NULL" : " = ");
    switch (member->kind) {
    case QUIRE_JSON_NULL: break;
    case QUIRE_JSON_TRUE: code = code == 0 ? quire_buf_append_text(out, "TRUE") : code; break;
    case QUIRE_JSON_FALSE: code = code == 0 ? quire_buf_append_text(out, "FALSE") : code; break;
    case QUIRE_JSON_NUMBER:
        code = code == 0 ? quire_buf_append(out, member->text, member->size) : code;
        break;
    case QUIRE_JSON_STRING:
        if (code == 0 && strncmp(column->format, "ts", 2) == 0)
            code = quire_buf_append_text(out, "TIMESTAMP ");
        if (code == 0) code = append_text(out, member->text, member->size);
        break;
    default:
        return quire_fail(error, QUIRE_USAGE, OPERATION,
                          "%.80s: a text, a number, true, false or null is wanted", member->key);
    }
    return code == 0 ? 0 : quire_fail_memory(error, OPERATION);
}

/* Nobody can tell which of two was meant. */
static int check_once(const struct quire_json_node *map, const struct quire_json_node *one,
                      struct quire_error *error)
{
    for (const struct quire_json_node *other = map->first; other != one; other = other->next)
        if (other->key_size == one->key_size && memcmp(other->key, one->key, one->key_size) == 0)
            return quire_fail(error, QUIRE_USAGE, OPERATION, "%.80s: it is there twice", one->key);
    return 0;
}

static int append_map(const struct quire_json_node *map, const struct ArrowSchema *schema,
                      struct quire_buf *out, struct quire_error *error)
{
    for (const struct quire_json_node *one = map->first; one != NULL; one = one->next) {
        const struct ArrowSchema *column = find_column(schema, one->key, one->key_size);
        if (column == NULL) return fail_column(schema, one->key, error);
        QUIRE_TRY(check_once(map, one, error));
        if (one != map->first && quire_buf_append_text(out, " AND ") != 0)
            return quire_fail_memory(error, OPERATION);
        QUIRE_TRY(append_equal(out, one, column, error));
    }
    if (map->first == NULL && quire_buf_append_text(out, "TRUE") != 0)
        return quire_fail_memory(error, OPERATION);
    return 0;
}

int quire_log_filter(const char *filters, const struct ArrowSchema *schema, struct quire_buf *out,
                     struct quire_error *error)
{
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {NULL, 0};
    struct quire_json_node *root = NULL;
    size_t at = 0;
    const char *text = filters + strspn(filters, " \t\r\n");
    if (text[0] == '\0') return quire_fail(error, QUIRE_USAGE, OPERATION, "the condition is empty");
    if (text[0] != '{') {
        if (quire_buf_append_text(out, filters) != 0) return quire_fail_memory(error, OPERATION);
    } else {
        int code = quire_json_tree_parse(text, strlen(text), &arena, &root, &at);
        if (code == QUIRE_MEMORY) return quire_fail_memory(error, OPERATION);
        if (code != 0)
            return quire_fail(error, QUIRE_USAGE, OPERATION,
                              "it is no JSON object, from its byte %zu on", at);
        QUIRE_TRY(append_map(root, schema, out, error));
    }
    return quire_buf_terminate(out) == 0 ? 0 : quire_fail_memory(error, OPERATION);
}

/* --- Trying ---------------------------------------------------------------------------------- */

static void free_builder(struct quire_builder **builder)
{
    quire_builder_free(*builder);
}

int quire_log_filter_try(const struct quire_expr *expr, const struct ArrowSchema *schema,
                         struct quire_error *error)
{
    QUIRE_CLEANUP(free_builder) struct quire_builder *builder = NULL;
    QUIRE_CLEANUP(quire_array_release) struct ArrowArray batch = {.release = NULL};
    QUIRE_CLEANUP(quire_array_release) struct ArrowArray answer = {.release = NULL};
    QUIRE_TRY(quire_builder_new(schema, &builder, error));
    for (int64_t i = 0; i < schema->n_children; i++)
        QUIRE_TRY(quire_builder_null(builder, error));
    QUIRE_TRY(quire_builder_end_row(builder, error));
    QUIRE_TRY(quire_builder_finish(builder, &batch, error));
    int code = quire_expr_evaluate(expr, &batch, &answer, error);
    if (code != QUIRE_INPUT) return code;
    if (error == NULL) return QUIRE_USAGE;
    char cause[sizeof(error->cause)];
    memcpy(cause, error->cause, sizeof(cause));
    return quire_fail(error, QUIRE_USAGE, "filter", "%s", cause);
}
