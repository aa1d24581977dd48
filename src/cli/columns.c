/* Lists of columns, as --select and --sort take them, and names in back quotes. */
#include <string.h>

#include "cli.h"

size_t quire_cli_quoted_size(const char *text)
{
    if (text[0] != '`') return 0;
    for (size_t i = 1; text[i] != '\0'; i++) {
        if (text[i] != '`') continue;
        if (text[i + 1] != '`') return i + 1;
        i++;
    }
    return 0;
}

size_t quire_cli_unquote(char *text, size_t size)
{
    size_t kept = 0;
    for (size_t i = 1; i + 1 < size; i++) {
        text[kept++] = text[i];
        i += text[i] == '`';
    }
    text[kept] = '\0';
    return kept;
}

/* Takes the name at the beginning of *text, up to a comma, and goes to that: parts of it in back
 * quotes, at its beginning, behind a '-' there and behind points, are without them in out. Blanks
 * around it are no part of it, unless they are quoted. */
static int take_name(const char *option, const char **text, char *out, struct quire_error *error)
{
    const char *at = *text + strspn(*text, " \t"), *first = at;
    size_t size = 0, quoted_to = 0;
    bool begins = true;
    while (*at != '\0' && *at != ',') {
        size_t quoted = begins ? quire_cli_quoted_size(at) : 0;
        if (begins && *at == '`' && quoted == 0)
            return quire_fail(error, QUIRE_USAGE, option, "a name in back quotes does not end: %s",
                              at);
        if (quoted > 0) {
            memcpy(out + size, at, quoted);
            size += quire_cli_unquote(out + size, quoted);
            at += quoted;
            quoted_to = size;
            begins = false;
            continue;
        }
        begins = *at == '.' || (*at == '-' && at == first);
        out[size++] = *at++;
    }
    while (size > quoted_to && (out[size - 1] == ' ' || out[size - 1] == '\t'))
        size--;
    out[size] = '\0';
    *text = at;
    return size > 0 ? 0 : quire_fail(error, QUIRE_USAGE, option, "a column without a name");
}

int quire_cli_columns_split(const char *option, const char *text, struct quire_cli_columns *columns,
                            struct quire_error *error)
{
    size_t max = 1;
    for (const char *c = text; *c != '\0'; c++)
        max += *c == ',';
    columns->names = quire_alloc_zero(max, sizeof(*columns->names));
    if (columns->names == NULL) return quire_cli_fail_memory(error);
    for (;; text++) {
        char *column = quire_alloc(strlen(text) + 1);
        if (column == NULL) return quire_cli_fail_memory(error);
        columns->names[columns->size++] = column;
        QUIRE_TRY(take_name(option, &text, column, error));
        if (*text == '\0') return 0;
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
