/* Lists of columns, as --select and --sort take them. */
#include <string.h>

#include "cli.h"

int quire_cli_columns_split(const char *option, const char *text, struct quire_cli_columns *columns,
                            struct quire_error *error)
{
    size_t max = 1;
    for (const char *c = text; *c != '\0'; c++)
        max += *c == ',';
    columns->names = quire_alloc_zero(max, sizeof(*columns->names));
    if (columns->names == NULL) return quire_cli_fail_memory(error);
    for (;;) {
        size_t size = strcspn(text, ",");
        if (size == 0) return quire_fail(error, QUIRE_USAGE, option, "a column without a name");
        char *column = quire_strndup(text, size);
        if (column == NULL) return quire_cli_fail_memory(error);
        columns->names[columns->size++] = column;
        if (text[size] == '\0') return 0;
        text += size + 1;
    }
}

void quire_cli_columns_release(struct quire_cli_columns *columns)
{
    for (size_t i = 0; i < columns->size; i++)
        quire_free(columns->names[i]);
    quire_free(columns->names);
    *columns = (struct quire_cli_columns){NULL, 0};
}

int quire_cli_columns_add(void *user, const char *name)
{
    struct quire_cli_columns *columns = user;
    char **names = quire_realloc(columns->names, (columns->size + 1) * sizeof(*names));
    if (names == NULL) return QUIRE_MEMORY;
    columns->names = names;
    names[columns->size] = quire_strdup(name);
    if (names[columns->size] == NULL) return QUIRE_MEMORY;
    columns->size++;
    return 0;
}
