#include "table/schema/schema_replace.h"

#include "base/cleanup.h"
#include "base/fail.h"
#include "table/schema/column_mapping.h"
#include "table/schema/delta_schema_write.h"
#include "table/schema/schema_evolve.h"
#include "table/table_create.h"

#define OPERATION "overwrite schema"

static void release_change(struct quire_metadata_change *change)
{
    quire_metadata_change_release(change);
}

static int check_columns(const struct ArrowSchema *rows, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_field_cleanup) struct quire_field *fields = NULL;
    QUIRE_TRY(quire_field_open(rows, &fields, error));
    if (fields->children_size == 0)
        return quire_fail(error, QUIRE_USAGE, OPERATION, "a table has one column at least");
    return quire_table_names_check(fields, error);
}

/* Columns go by name whatever the case; the log has the spelling of the schema. */
static int keep_partitions(struct quire_metadata_change *change, struct quire_error *error)
{
    struct quire_texts *names = &change->metadata.partitions;
    for (size_t i = 0; i < names->size; i++) {
        const char *name = (const char *)names->items[i].data;
        const struct quire_delta_field *field = quire_delta_type_find(change->root, name);
        if (field == NULL || field->type->kind != QUIRE_DELTA_PRIMITIVE)
            return quire_fail(error, QUIRE_INPUT, OPERATION,
                              "the table is partitioned by \"%.200s\", which the rows %s", name,
                              field == NULL ? "lack" : "have as a nested column");
        names->items[i] = (struct quire_bytes){(const uint8_t *)field->name, strlen(field->name)};
    }
    if (names->size > 0 && names->size == change->root->fields_size)
        return quire_fail(error, QUIRE_INPUT, OPERATION,
                          "a table is not partitioned by all of its columns");
    return 0;
}

/* A clustering names columns of before, by the names that their files had. */
static int check_clustering(const struct quire_transaction *transaction, struct quire_error *error)
{
    const struct quire_buf *known = &transaction->base->domains;
    const struct quire_domain *domains = (const struct quire_domain *)(const void *)known->data;
    for (size_t i = 0; i < known->size / sizeof(*domains); i++)
        if (quire_bytes_equal_text(&domains[i].name, "delta.clustering"))
            return quire_fail(error, QUIRE_UNSUPPORTED, OPERATION,
                              "the table uses what this build cannot write: other columns under a "
                              "clustering");
    return 0;
}

int quire_schema_replace(struct quire_transaction *transaction, const struct ArrowSchema *rows,
                         struct quire_error *error)
{
    QUIRE_CLEANUP(release_change) struct quire_metadata_change change = {.root = NULL};
    QUIRE_TRY(check_columns(rows, error));
    QUIRE_TRY(check_clustering(transaction, error));
    QUIRE_TRY(quire_metadata_change_open(quire_transaction_next_metadata(transaction),
                                         quire_transaction_next_protocol(transaction), false,
                                         &change, error));
    QUIRE_TRY(quire_schema_of_rows(rows, &change.arena, &change.root, error));
    QUIRE_TRY(keep_partitions(&change, error));
    change.changed_schema = true;
    QUIRE_TRY(quire_column_mapping_extend(&change, error));
    return quire_metadata_change_commit(&change, transaction, error);
}
