/* Private to expr: dates and times: what their functions share. */
#ifndef QUIRE_EXPR_EXPR_TIME_H
#define QUIRE_EXPR_EXPR_TIME_H

#include "expr/expr_function.h"

#define QUIRE_EXPR_DAY_S INT64_C(86400)

/* A timestamp of either kind stays what it is; all else becomes `type`. */
int quire_expr_as_time(struct quire_arena *arena, struct quire_expr_node **arg,
                       const struct quire_expr_type *type, struct quire_error *error);

/* Days, and units of the time of day, of a timestamp. */
int64_t quire_expr_split_time(const struct quire_vector *arg, size_t row, int64_t *of_day);

/* Units since 1970 of a day and a time of it; false where 64 bits do not hold them. */
bool quire_expr_join_time(int64_t days, int64_t nanos, enum quire_time_unit unit, int64_t *value);

/* Monday 0. */
int64_t quire_expr_weekday(int64_t days);

/* The same day of another month, or its last. */
int64_t quire_expr_add_months(int64_t days, int64_t months);

/* Spark's lenient forms of a date and a timestamp: [+-]yyyy[-[m]m[-[d]d[( |T)[h]h:[m]m[:[s]s[.f]]
 * [zone]]]], the zone Z, UTC or [+-][h]h[:[m]m]. */
bool quire_expr_parse_time(const char *text, size_t size, struct quire_time_parts *parts);

/* DATE or timestamp ± a literal interval. */
quire_expr_bind_call quire_expr_bind_interval;
quire_expr_kernel quire_expr_interval_kernel;

#endif
