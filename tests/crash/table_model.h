/* What a table is held to: its rows as a set of (id, value), and changes of them done the plain
 * way. */
#ifndef QUIRE_TESTS_TABLE_MODEL_H
#define QUIRE_TESTS_TABLE_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MODEL_ROWS_MAX 512

struct model_row {
    int64_t id, value;
};

struct model_rows {
    size_t size;
    struct model_row items[MODEL_ROWS_MAX];
};

/* low <= column < high. */
struct model_where {
    bool all, by_id;
    int64_t low, high;
};

void model_add(struct model_rows *rows, int64_t id, int64_t value);
void model_add_all(struct model_rows *rows, const struct model_rows *more);
size_t model_count(const struct model_rows *rows, const struct model_where *where);
void model_delete(struct model_rows *rows, const struct model_where *where);
/* value = value + more, or value = more. */
void model_update(struct model_rows *rows, const struct model_where *where, bool adds,
                  int64_t more);
void model_merge(struct model_rows *rows, const struct model_rows *more);
/* Both are put in order first. */
bool model_equal(struct model_rows *a, struct model_rows *b);
void model_print(const struct model_rows *rows);

#endif
