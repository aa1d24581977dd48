/* Private to sql: a SELECT of sums and counts over one table, worked out column by column.
 *
 * SQLite takes each row through its machine, a call a value. Of a query that is
 *
 *     SELECT keys, expressions of aggregates FROM table [WHERE comparisons] [GROUP BY keys] …
 *
 * the aggregates of all groups are computed here from the batches, and the query becomes one over a
 * table of these: a row a group. Several queries of one table are computed of one scan. What SQLite
 * and this would see differently (a conversion, a comparison with another type) is not taken on,
 * and neither is anything that is not known completely: then the query goes its usual way. */
#ifndef QUIRE_SQL_ROLLUP_H
#define QUIRE_SQL_ROLLUP_H

#include "sql/vtab/vtab_bounds.h"

/* No name that a query can have a table by: it is not there when the query is first looked at. */
#define QUIRE_SQL_ROLLUP_TABLE "quire rollup"

#define QUIRE_ROLLUP_KEYS_MAX       4
#define QUIRE_ROLLUP_AGGREGATES_MAX 64
#define QUIRE_ROLLUP_TERMS_MAX      16

enum quire_rollup_key_kind {
    QUIRE_ROLLUP_COLUMN, /* text or a whole number, as it is */
    QUIRE_ROLLUP_DATE,   /* to_date(time) */
    QUIRE_ROLLUP_HOUR    /* date_trunc('hour', time) */
};
struct quire_rollup_key {
    enum quire_rollup_key_kind kind;
    size_t column; /* of the source */
};

enum quire_rollup_function {
    QUIRE_ROLLUP_COUNT_ROWS,
    QUIRE_ROLLUP_COUNT,
    QUIRE_ROLLUP_COUNT_DISTINCT,
    QUIRE_ROLLUP_COUNT_TRUE,
    QUIRE_ROLLUP_COUNT_FALSE,
    QUIRE_ROLLUP_SUM,
    QUIRE_ROLLUP_AVG,
    QUIRE_ROLLUP_MIN,
    QUIRE_ROLLUP_MAX,
    QUIRE_ROLLUP_STDDEV_SAMP,
    QUIRE_ROLLUP_STDDEV_POP,
    QUIRE_ROLLUP_SLOPE,      /* regr_slope(column, unix_micros(other)) */
    QUIRE_ROLLUP_PERCENTILE, /* without groups only */
    QUIRE_ROLLUP_MEDIAN,
    QUIRE_ROLLUP_MIDDLE_DISTANCE, /* the median of the distances from the median */
    QUIRE_ROLLUP_MEAN_DISTANCE    /* their mean */
};
struct quire_rollup_aggregate {
    enum quire_rollup_function function;
    size_t column; /* of the source */
    size_t other;  /* SLOPE: the time; PERCENTILE: the constant that says which */
};

/* A comparison of a column with a constant. */
struct quire_rollup_term {
    struct quire_sql_term term;
    size_t constant; /* not looked at for IS NULL */
};

struct quire_rollup {
    struct quire_sql_source *source;
    size_t keys_size, aggregates_size, terms_size, constants_size;
    bool grouped;
    bool keyed; /* rows of which a key is null do not count */
    size_t present_size;
    size_t present[QUIRE_ROLLUP_TERMS_MAX]; /* columns that are not null in rows that count */
    struct quire_rollup_key keys[QUIRE_ROLLUP_KEYS_MAX];
    struct quire_rollup_aggregate aggregates[QUIRE_ROLLUP_AGGREGATES_MAX];
    struct quire_rollup_term terms[QUIRE_ROLLUP_TERMS_MAX];
    struct quire_buf sql;       /* over the table of groups; zero-terminated */
    struct quire_buf constants; /* SELECT of them all; zero-terminated, empty where there is none */
};
void quire_rollup_release(struct quire_rollup *rollup);

/* Understands a query that SQLite has prepared, so that it is one. *fits: whether it can go this
 * way. 0 or QUIRE_MEMORY. (rollup_parse.c) */
int quire_rollup_parse(const struct quire_sql_session *session, const char *sql,
                       struct quire_rollup *rollup, bool *fits);

/* The bytes of a subquery that may be one where the query is none, between its brackets.
 * (rollup_inner.c) */
bool quire_rollup_find_inner(const char *sql, size_t *start, size_t *end);

/* A query on its way to a table of groups. */
struct quire_rollup_ask {
    struct quire_sql_session *session;
    const struct quire_rollup *rollup;
    sqlite3_value **values; /* the constants */
    bool done;
};
/* Computes the groups of queries of one table, which is read once for all of them, and names the
 * table of groups in each one's session. Those are not done of which a constant is of another type
 * than its column, whose comparisons are other ones than those of the first, or any where the
 * groups do not fit in memory. The first one's session says what there is of it. (rollup_scan.c) */
int quire_rollup_compute(struct quire_rollup_ask *asks, size_t size, struct quire_error *error);

#endif
