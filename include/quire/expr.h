/* SQL expressions over batches: conditions that choose rows, and values computed from columns.
 *
 * The language is that of Spark SQL's expressions (docs/EXPRESSIONS.md lists all of it):
 * comparison, arithmetic, AND OR NOT of three values, IN, BETWEEN, LIKE, IS NULL, CASE, CAST,
 * functions of text, numbers, dates and times, fields of structs as a.b, names in back quotes.
 * Errors give the character of the text where they arise, and the row where it is a value's
 * fault. An expression belongs to one thread at a time while it is bound; evaluating may go on
 * in several. */
#ifndef QUIRE_EXPR_H
#define QUIRE_EXPR_H

#include "quire/batch.h"
#include "quire/format.h"

#ifdef __cplusplus
extern "C" {
#endif

struct quire_expr;

/* Parses; QUIRE_USAGE for what is no expression. The caller frees *expr. */
QUIRE_API int quire_expr_parse(const char *text, struct quire_expr **expr,
                               struct quire_error *error);
/* NULL is fine. */
QUIRE_API void quire_expr_free(struct quire_expr *expr);

/* Calls back for each top-level column that it names, as it is written there; more than once
 * where it is named more than once. Ends early with what the callback returns that is not 0. */
QUIRE_API int quire_expr_each_column(const struct quire_expr *expr,
                                     int (*take)(void *user, const char *name), void *user);

/* Resolves names (exactly, else whatever the case) and types against a schema of struct type.
 * May be called again for another. QUIRE_USAGE for names that are not there and types that do
 * not go together. */
QUIRE_API int quire_expr_bind(struct quire_expr *expr, const struct ArrowSchema *schema,
                              struct quire_error *error);

/* What current_timestamp, now and current_date mean from the next bind on, in microseconds since
 * 1970 in UTC. Without it bind reads the clock, once. */
QUIRE_API void quire_expr_set_now(struct quire_expr *expr, int64_t now_us);

/* Whether the bound expression gives a boolean, as a condition must: 0 or QUIRE_USAGE. */
QUIRE_API int quire_expr_check_predicate(const struct quire_expr *expr, struct quire_error *error);

/* The type of the bound expression's values, as a nullable field of that name. */
QUIRE_API int quire_expr_result_schema(const struct quire_expr *expr, const char *name,
                                       struct ArrowSchema *schema, struct quire_error *error);

/* One value a row of a batch of the schema that it is bound to. QUIRE_INPUT with the row for
 * overflow and casts of values that do not fit. */
QUIRE_API int quire_expr_evaluate(const struct quire_expr *expr, const struct ArrowArray *batch,
                                  struct ArrowArray *result, struct quire_error *error);

/* What a bound condition asks of single columns, for quire_record_policy.conditions: rows for
 * which one of these does not hold are none for which the condition is true. Perhaps none at all.
 * Borrowed from the expression until it is bound anew or freed. */
QUIRE_API int quire_expr_conditions(struct quire_expr *expr,
                                    const struct quire_condition **conditions,
                                    size_t *conditions_size, struct quire_error *error);
/* After that: whether the condition is true for just those rows for which all of them hold. */
QUIRE_API bool quire_expr_conditions_are_all(const struct quire_expr *expr);

/* The rows of a stream for which a condition is true (neither false nor null). Takes *source
 * (moves it) on success. */
QUIRE_API int quire_stream_filter(struct ArrowArrayStream *source, const char *condition,
                                  struct ArrowArrayStream *result, struct quire_error *error);

#ifdef __cplusplus
}
#endif
#endif
