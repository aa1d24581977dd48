#include "table_keys.h"

#include <strings.h>

/* --- Files ----------------------------------------------------------------------------------- */

static bool has_column(const struct ArrowSchema *schema, const char *name)
{
    for (int64_t i = 0; i < schema->n_children; i++)
        if (strcasecmp(schema->children[i]->name, name) == 0) return true;
    return false;
}

/* What cannot be looked at is told when it is read. */
static int look_at(struct quire_cli *cli, const struct quire_cli_target *target,
                   const struct quire_cli_columns *keys, char *name)
{
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema found = {.release = NULL};
    struct quire_error *error = &cli->error;
    if (!quire_file_rereadable(name)) return 0;
    int code = quire_cli_target_look(cli, &name, 1, &found);
    if (code != 0) {
        if (code != QUIRE_MEMORY && code != QUIRE_CANCELLED) quire_error_clear(error);
        return code == QUIRE_MEMORY || code == QUIRE_CANCELLED ? code : 0;
    }
    for (size_t i = 0; i < keys->size; i++) {
        if (has_column(&found, keys->names[i]) || !has_column(&target->schema, keys->names[i]))
            continue;
        return quire_fail(error, QUIRE_INPUT, cli->command->name,
                          "%.300s: the rows have no column \"%.200s\" to merge on", name,
                          keys->names[i]);
    }
    return 0;
}

int quire_cli_keys_look(struct quire_cli *cli, const struct quire_cli_target *target,
                        const struct quire_cli_columns *keys, char *const *names, size_t names_size)
{
    char **files = NULL;
    size_t size = 0;
    QUIRE_TRY(
        quire_file_expand((const char *const *)names, names_size, &files, &size, &cli->error));
    int code = 0;
    for (size_t i = 0; code == 0 && i < size; i++)
        code = look_at(cli, target, keys, files[i]);
    quire_names_free(files, size);
    return code;
}

/* --- Pipes ----------------------------------------------------------------------------------- */

static bool has_value(const struct ArrowArray *column)
{
    if (column->null_count == 0 || column->n_buffers == 0 || column->buffers[0] == NULL)
        return column->length > 0 && column->null_count != column->length;
    const uint8_t *bits = column->buffers[0];
    for (int64_t i = column->offset; i < column->offset + column->length; i++)
        if ((bits[i >> 3] >> (i & 7) & 1) != 0) return true;
    return false;
}

void quire_cli_keys_pass(struct quire_cli_keys_seen *seen, const struct ArrowSchema *schema,
                         const struct ArrowArray *batch)
{
    seen->rows += batch->length;
    for (size_t k = 0; k < seen->keys->size && k < QUIRE_CLI_KEYS_MAX; k++)
        for (int64_t i = 0; i < schema->n_children && !seen->seen[k]; i++)
            if (strcasecmp(schema->children[i]->name, seen->keys->names[k]) == 0)
                seen->seen[k] = has_value(batch->children[i]);
}

int quire_cli_keys_end(const struct quire_cli_keys_seen *seen, struct quire_error *error)
{
    for (size_t k = 0; k < seen->keys->size && k < QUIRE_CLI_KEYS_MAX && seen->rows > 0; k++)
        if (!seen->seen[k])
            return quire_fail(error, QUIRE_INPUT, "table merge",
                              "the rows have no column \"%.200s\" to merge on, or no value in it",
                              seen->keys->names[k]);
    return 0;
}
