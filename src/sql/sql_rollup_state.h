/* Private to sql_rollup*.c: an aggregate of all groups. */
#ifndef QUIRE_SQL_SQL_ROLLUP_STATE_H
#define QUIRE_SQL_SQL_ROLLUP_STATE_H

#include "sql/sql_rollup_group.h"
#include "sql/sql_rollup_lane.h"

/* Zeroed memory. */
struct quire_rollup_state {
    const struct quire_rollup_aggregate *aggregate;
    void *cells; /* one a group, of a struct that depends on the function */
    size_t cells_size;
    bool overflow;                          /* of a sum */
    struct quire_rollup_words words, pairs; /* COUNT_DISTINCT */
    uint32_t *numbers;
    int64_t numbers_capacity;
};
void quire_rollup_state_release(struct quire_rollup_state *state);
size_t quire_rollup_state_bytes(const struct quire_rollup_state *state);

/* The rows of a batch. lane and other: of the columns of the aggregate, where it has numbers. */
int quire_rollup_state_add(struct quire_rollup_state *state, size_t groups,
                           const uint32_t *group_of, const uint8_t *keep,
                           const struct quire_view *view, const struct quire_rollup_lane *lane,
                           const struct quire_rollup_lane *other);

/* The schema's word for the type of its results. */
const char *quire_rollup_state_type(const struct quire_rollup_aggregate *aggregate,
                                    const struct quire_field *field);
int quire_rollup_state_result(const struct quire_rollup_state *state, size_t group,
                              struct quire_column *column);

#endif
