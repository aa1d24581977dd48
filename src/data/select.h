/* Columns chosen by name, from schemas and batches: in the order asked for, the
 * fields of structs too ("b.c": the struct b with only c). */
#ifndef QUIRE_DATA_SELECT_H
#define QUIRE_DATA_SELECT_H

#include <stddef.h>

#include "quire/batch.h"

struct quire_select;

/* Resolves names against a schema of struct type. A whole top-level name is tried
 * before it is taken apart at its dots. Several fields of one struct stay in one
 * struct, where the first was asked for. A name that is not there (the hint has
 * the nearest), or that is asked for twice, is QUIRE_USAGE. */
int quire_select_new(const struct ArrowSchema *schema, const char *const *names, size_t names_size,
                     struct quire_select **select, struct quire_error *error);
/* NULL is fine. */
void quire_select_free(struct quire_select *select);

/* The schema of what is selected, made anew. */
int quire_select_schema(const struct quire_select *select, struct ArrowSchema *schema,
                        struct quire_error *error);

/* Moves the selected columns of *batch to *selected and releases the others.
 * Takes *batch on success; on failure it stands. Thread-safe. */
int quire_select_batch(const struct quire_select *select, struct ArrowArray *batch,
                       struct ArrowArray *selected, struct quire_error *error);

#endif
