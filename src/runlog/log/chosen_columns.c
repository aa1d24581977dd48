#include "runlog/log/chosen_columns.h"

#include <strings.h>

#include "base/alloc.h"
#include "base/fail.h"

void quire_chosen_columns_release(struct quire_chosen_columns *columns)
{
    quire_free(columns->names);
}

int quire_chosen_columns_init(const struct ArrowSchema *schema,
                              struct quire_chosen_columns *columns, struct quire_error *error)
{
    columns->schema = schema;
    columns->names = quire_alloc_zero((size_t)schema->n_children + 1, sizeof(char *));
    return columns->names != NULL ? 0 : quire_fail_memory(error, "run log");
}

int quire_chosen_columns_add(void *user, const char *name)
{
    struct quire_chosen_columns *columns = user;
    for (size_t i = 0; i < columns->size; i++)
        if (strcasecmp(columns->names[i], name) == 0) return 0;
    for (int64_t i = 0; i < columns->schema->n_children; i++) {
        const char *own = columns->schema->children[i]->name;
        if (strcasecmp(own, name) != 0) continue;
        columns->names[columns->size++] = own;
        return 0;
    }
    return 0;
}
