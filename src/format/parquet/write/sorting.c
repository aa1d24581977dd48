/* Sorting columns name leaves; a group has no order. */
#include "format/parquet/write/sorting.h"

#include <string.h>

#include "base/fail.h"

#define OPERATION "write parquet"

static int find_leaf(const struct quire_leaf_names *names, const char *name, size_t size,
                     size_t *leaf, struct quire_error *error)
{
    QUIRE_TRY(quire_leaf_names_check(names, "sorting", name, size, error));
    for (size_t i = 0; i < names->size; i++) {
        if (!quire_leaf_names_match(names, i, name, size) || names->paths[i][size] != '\0')
            continue;
        *leaf = i;
        return 0;
    }
    return quire_fail(error, QUIRE_USAGE, OPERATION,
                      "sorting: \"%.*s\" has columns below it; name one of these", (int)size, name);
}

int quire_sorting_parse(const char *text, const struct quire_leaf_names *names,
                        struct quire_sorting_column_list *sorting, struct quire_error *error)
{
    if (text == NULL || *text == '\0') return 0;
    size_t most = 1;
    for (const char *at = text; *at != '\0'; at++)
        most += *at == ',';
    struct quire_sorting_column *items = quire_alloc_zero(most, sizeof(*items));
    if (items == NULL) return quire_fail_memory(error, OPERATION);
    size_t size = 0, name_size = 0;
    int code = 0;
    const char *name;
    while (code == 0 && (name = quire_leaf_names_next(&text, &name_size)) != NULL) {
        bool descending = name_size > 0 && *name == '-';
        size_t leaf = 0;
        code = find_leaf(names, name + descending, name_size - descending, &leaf, error);
        items[size++] =
            (struct quire_sorting_column){.column_idx = (int32_t)leaf, .descending = descending};
    }
    if (code != 0) {
        quire_free(items);
        return code;
    }
    *sorting = (struct quire_sorting_column_list){items, size};
    return 0;
}
