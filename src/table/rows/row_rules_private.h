/* Private to row_rules: what the rules of a table are once they are open. */
#ifndef QUIRE_TABLE_ROW_RULES_PRIVATE_H
#define QUIRE_TABLE_ROW_RULES_PRIVATE_H

#include "base/alloc.h"
#include "table/rows/identity.h"
#include "table/rows/row_check.h"
#include "table/rows/row_rules.h"

/* A column that is computed. */
struct quire_row_computed {
    size_t column;
    bool generated; /* else a default */
    bool given;     /* the current rows have it */
    struct quire_expr *expr;
    struct ArrowSchema type;     /* of the expression */
    struct quire_row_check same; /* generated: that what is given is what is computed */
};

/* A condition of all rows. */
struct quire_row_constraint {
    const char *what; /* "constraint", "invariant of column" */
    const char *name, *text;
    struct quire_row_check check;
};

struct quire_row_rules {
    struct quire_row_rules_source source;
    struct quire_arena arena;
    struct quire_buf computed;    /* struct quire_row_computed: defaults, then generated columns */
    struct quire_buf constraints; /* struct quire_row_constraint */
    struct quire_identities identities;
};

static inline struct quire_row_computed *
quire_row_rules_computed(const struct quire_row_rules *rules, size_t *size)
{
    *size = rules->computed.size / sizeof(struct quire_row_computed);
    return (struct quire_row_computed *)(void *)rules->computed.data;
}

static inline struct quire_row_constraint *
quire_row_rules_constraints(const struct quire_row_rules *rules, size_t *size)
{
    *size = rules->constraints.size / sizeof(struct quire_row_constraint);
    return (struct quire_row_constraint *)(void *)rules->constraints.data;
}

#endif
