/* Columns are read whole: of a struct whose fields are chosen all are given, unless a schema is
 * wanted, to which it is cast. */
#include "format/arrow/column_select.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"

#define OPERATION "read arrow"

/* Marks the columns of a name, of which there may be several. False when there is none. */
static bool want_name(const struct quire_field *root, const char *name, size_t size, bool *wanted)
{
    bool found = false;
    for (size_t i = 0; i < root->children_size; i++) {
        const struct quire_field *field = &root->children[i];
        if (field->name_size != size || memcmp(field->name, name, size) != 0) continue;
        wanted[i] = true;
        found = true;
    }
    return found;
}

/* The column that the longest part of a path, up to one of its dots, names. */
static bool want_path(const struct quire_field *root, const char *path, bool *wanted)
{
    for (size_t size = strlen(path); size > 0;) {
        if (want_name(root, path, size, wanted)) return true;
        do
            size--;
        while (size > 0 && path[size] != '.');
    }
    return path[0] == '\0' && want_name(root, path, 0, wanted);
}

static int want_columns(const struct quire_record_policy *policy, const struct quire_field *root,
                        bool *wanted, struct quire_error *error)
{
    if (policy->columns == NULL && !policy->columns_given)
        memset(wanted, true, root->children_size * sizeof(*wanted));
    for (size_t i = 0; policy->columns != NULL && i < policy->columns_size; i++)
        if (!want_path(root, policy->columns[i], wanted))
            return quire_fail(error, QUIRE_USAGE, OPERATION, "there is no column \"%.200s\"",
                              policy->columns[i]);
    return 0;
}

int quire_arrow_select_columns(struct quire_typed_target *target,
                               const struct quire_record_policy *policy,
                               const struct quire_field *root, bool *wanted,
                               struct quire_error *error)
{
    QUIRE_CLEANUP(quire_cleanup_free)
    struct quire_field *fields = quire_alloc_zero(root->children_size + 1, sizeof(*fields));
    if (fields == NULL) return quire_fail_memory(error, OPERATION);
    QUIRE_TRY(quire_typed_target_open(target, policy, root, error));
    for (size_t i = 0; target->field != NULL && i < target->field->children_size; i++)
        want_name(root, target->field->children[i].name, target->field->children[i].name_size,
                  wanted);
    if (target->field == NULL) QUIRE_TRY(want_columns(policy, root, wanted, error));
    struct quire_field read = *root;
    read.children = fields;
    read.children_size = 0;
    for (size_t i = 0; i < root->children_size; i++)
        if (wanted[i]) fields[read.children_size++] = root->children[i];
    return quire_typed_target_begin(target, &read, error);
}
