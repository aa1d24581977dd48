/* Leaves are told by their path, a.b.c; they belong to the column that the longest part of it
 * names, as names may have dots themselves. */
#include "stored.h"

#include <stdlib.h>
#include <string.h>

#include "args.h"
#include "json_walk.h"

void quire_cli_stored_release(struct quire_cli_stored *stored)
{
    quire_free(stored->columns);
    stored->columns = NULL;
}

/* The columns by name. */
struct named {
    const char *name;
    size_t index;
};
struct columns {
    struct named *names;
    size_t size;
    struct quire_cli_stored_column *stored;
};

/* --- One column of one row group ---------------------------------------------------------- */

static bool is_key(const struct quire_json_item *item, const char *key)
{
    return item->key_size == strlen(key) && memcmp(item->key, key, item->key_size) == 0;
}

static int by_name(const void *a, const void *b)
{
    const struct named *left = a, *right = b;
    return strcmp(left->name, right->name);
}

/* Path is cut to its parts, the longest first. */
static struct quire_cli_stored_column *find_column(const struct columns *columns, char *path)
{
    for (;;) {
        const struct named wanted = {path, 0};
        const struct named *found =
            bsearch(&wanted, columns->names, columns->size, sizeof(wanted), by_name);
        if (found != NULL) return &columns->stored[found->index];
        char *dot = strrchr(path, '.');
        if (dot == NULL) return NULL;
        *dot = '\0';
    }
}

static void add_encoding(struct quire_cli_stored_column *column, const char *name)
{
    size_t size = strlen(name), used = strlen(column->encodings);
    for (const char *at = column->encodings; (at = strstr(at, name)) != NULL; at += size)
        if ((at == column->encodings || at[-1] == ' ') && (at[size] == ',' || at[size] == '\0'))
            return;
    if (used + size + 3 > sizeof(column->encodings)) return;
    if (used > 0) {
        memcpy(column->encodings + used, ", ", 2);
        used += 2;
    }
    memcpy(column->encodings + used, name, size + 1);
}

static void add_chunk(const struct columns *columns, const char *chunk,
                      struct quire_json_value *text)
{
    struct quire_json_item member, name;
    struct quire_cli_stored_column *column = NULL;
    bool told = false;
    for (const char *at = chunk + 1; quire_json_next_item(&at, true, &member);) {
        if (is_key(&member, "path")) {
            (void)quire_json_value_text(text, member.value, member.end);
            column = find_column(columns, text->bytes);
        } else if (column != NULL && is_key(&member, "encodings")) {
            for (const char *in = member.value + 1; quire_json_next_item(&in, false, &name);)
                add_encoding(column, quire_json_value_text(text, name.value, name.end));
        } else if (column != NULL && is_key(&member, "compressed_bytes")) {
            told = true;
            if (column->bytes >= 0) column->bytes += strtoll(member.value, NULL, 10);
        }
    }
    /* Of a column whose key is not there nothing is known. */
    if (column != NULL && !told) column->bytes = -1;
}

/* --- Files ---------------------------------------------------------------------------------- */

/* False when the file does not tell of its columns. */
static bool add_file(const struct columns *columns, const char *json, struct quire_json_value *text)
{
    struct quire_json_item item, group, member, chunk;
    bool told = false;
    for (const char *at = json + 1; quire_json_next_item(&at, true, &item);) {
        if (!is_key(&item, "row_groups")) continue;
        told = true;
        for (const char *in = item.value + 1; quire_json_next_item(&in, false, &group);)
            for (const char *of = group.value + 1; quire_json_next_item(&of, true, &member);) {
                if (!is_key(&member, "columns")) continue;
                for (const char *to = member.value + 1; quire_json_next_item(&to, false, &chunk);)
                    add_chunk(columns, chunk.value, text);
            }
    }
    return told;
}

/* *json is NULL for a file whose format does not tell. */
static int describe(const struct quire_cli *cli, const struct quire_cli_input *input,
                    const char *name, char **json, struct quire_error *error)
{
    const struct quire_read_options options = {
        .format = cli->reading.from,
        .settings = input->settings,
        .settings_size = input->settings_size,
        .context = input->context,
        .folder = quire_cli_environment_get("TMPDIR"),
    };
    struct quire_error own;
    *json = NULL;
    if (strcmp(name, "-") == 0) return 0;
    int code = quire_file_describe(name, &options, json, &own);
    if (code == 0 || code == QUIRE_UNSUPPORTED) return 0;
    *error = own;
    return code;
}

static int name_columns(struct quire_stats *stats, struct columns *columns,
                        struct quire_error *error)
{
    columns->size = quire_stats_columns(stats);
    columns->names = quire_alloc_zero(columns->size + 1, sizeof(*columns->names));
    columns->stored = quire_alloc_zero(columns->size + 1, sizeof(*columns->stored));
    if (columns->names == NULL || columns->stored == NULL) return quire_cli_fail_memory(error);
    for (size_t i = 0; i < columns->size; i++) {
        struct quire_stats_column column;
        QUIRE_TRY(quire_stats_column(stats, i, &column, error));
        columns->names[i] = (struct named){column.name, i};
    }
    qsort(columns->names, columns->size, sizeof(*columns->names), by_name);
    return 0;
}

/* *told is false when there is a file that does not tell. */
static int add_files(const struct quire_cli *cli, const struct quire_cli_input *input,
                     const struct columns *columns, bool *told, struct quire_error *error)
{
    struct quire_json_value *text = quire_alloc_zero(1, sizeof(*text));
    int code = text != NULL ? 0 : quire_cli_fail_memory(error);
    *told = true;
    for (size_t i = 0; i < input->names_size && code == 0 && *told; i++) {
        char *json = NULL;
        code = describe(cli, input, input->names[i], &json, error);
        *told = json != NULL && add_file(columns, json, text);
        quire_free(json);
    }
    quire_free(text);
    return code;
}

int quire_cli_stored_read(const struct quire_cli *cli, const struct quire_cli_input *input,
                          struct quire_stats *stats, struct quire_cli_stored *stored,
                          struct quire_error *error)
{
    struct columns columns = {.names = NULL};
    bool told = false;
    int code = name_columns(stats, &columns, error);
    if (code == 0) code = add_files(cli, input, &columns, &told, error);
    if (code == 0 && told) {
        stored->columns = columns.stored;
        columns.stored = NULL;
    }
    quire_free(columns.stored);
    quire_free(columns.names);
    return code;
}
