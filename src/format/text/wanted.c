#include "format/text/wanted.h"

#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "base/options.h"

static int fail_unknown(const char *operation, const struct quire_field *field, const char *name,
                        struct quire_error *error)
{
    int code = quire_fail(error, QUIRE_USAGE, operation, "there is no column \"%s\"", name);
    const char **names = quire_alloc((field->children_size + 1) * sizeof(*names));
    if (names == NULL) return code;
    for (size_t i = 0; i < field->children_size; i++)
        names[i] = field->children[i].name;
    const char *nearest = quire_options_nearest(names, field->children_size, name);
    if (nearest != NULL) quire_error_hint(error, "did you mean %s?", nearest);
    quire_free(names);
    return code;
}

int quire_text_wanted_columns(const char *operation, const struct quire_record_policy *policy,
                              const struct quire_field *field, int64_t *column_of,
                              struct quire_error *error)
{
    bool some = policy->columns != NULL || policy->columns_given;
    int64_t next = 0;
    for (size_t i = 0; i < field->children_size; i++)
        column_of[i] = some ? -1 : 0;
    for (size_t i = 0; policy->columns != NULL && i < policy->columns_size; i++) {
        const char *name = policy->columns[i];
        int64_t index = quire_field_child(field, name, strlen(name));
        if (index < 0) return fail_unknown(operation, field, name, error);
        column_of[index] = 0;
    }
    for (size_t i = 0; i < field->children_size; i++)
        if (column_of[i] == 0) column_of[i] = next++;
    return 0;
}

int quire_text_wanted_schema(const char *operation, const struct quire_field *field,
                             const int64_t *column_of, struct ArrowSchema *schema,
                             struct quire_error *error)
{
    struct quire_field wanted = *field;
    wanted.children_size = 0;
    wanted.children = quire_alloc((field->children_size + 1) * sizeof(*wanted.children));
    if (wanted.children == NULL) return quire_fail_memory(error, operation);
    for (size_t i = 0; i < field->children_size; i++)
        if (column_of[i] >= 0) wanted.children[wanted.children_size++] = field->children[i];
    int code = quire_field_to_schema(&wanted, schema, error);
    quire_free(wanted.children);
    return code;
}

int quire_text_fail_sample(const char *operation, size_t size, struct quire_error *error)
{
    quire_fail(error, QUIRE_LIMIT, operation,
               "no whole record in the first %zu bytes, from which types are inferred", size);
    quire_error_hint(error, "give a schema, or a larger memory budget (--memory)");
    return QUIRE_LIMIT;
}
