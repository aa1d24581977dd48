/* Aggregates of one pass: moments by Welford's method, of distances from the first value, so that
 * no digits are lost to means that are large beside them. */
#include <math.h>

#include "sql/functions/functions.h"

/* --- Moments -------------------------------------------------------------------------------- */

/* Of y, and of pairs of y and x; the means are distances from the first values. */
struct moments {
    int64_t n;
    double y_first, x_first;
    double y_mean, y_squares, x_mean, x_squares, products;
};

static void add_pair(struct moments *moments, double y, double x)
{
    if (moments->n++ == 0) {
        moments->y_first = isfinite(y) ? y : 0;
        moments->x_first = isfinite(x) ? x : 0;
    }
    y -= moments->y_first;
    x -= moments->x_first;
    double y_away = y - moments->y_mean, x_away = x - moments->x_mean;
    moments->y_mean += y_away / (double)moments->n;
    moments->x_mean += x_away / (double)moments->n;
    moments->y_squares += y_away * (y - moments->y_mean);
    moments->x_squares += x_away * (x - moments->x_mean);
    moments->products += y_away * (x - moments->x_mean);
}

static void step_moments(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    if (!quire_sql_is_number(argv[0]) || !quire_sql_is_number(argv[argc - 1])) return;
    struct moments *moments = sqlite3_aggregate_context(context, sizeof(*moments));
    if (moments == NULL)
        sqlite3_result_error_nomem(context);
    else
        add_pair(moments, sqlite3_value_double(argv[0]), sqlite3_value_double(argv[argc - 1]));
}

/* A result that is NaN is null to SQLite. */
#define MOMENT(name, least, expression)                                                 \
    static void name(sqlite3_context *context)                                          \
    {                                                                                   \
        const struct moments *m = sqlite3_aggregate_context(context, 0);                \
        if (m != NULL && m->n >= (least)) sqlite3_result_double(context, (expression)); \
    }
MOMENT(final_var_samp, 2, m->y_squares / (double)(m->n - 1))
MOMENT(final_var_pop, 1, m->y_squares / (double)m->n)
MOMENT(final_stddev_samp, 2, sqrt(m->y_squares / (double)(m->n - 1)))
MOMENT(final_stddev_pop, 1, sqrt(m->y_squares / (double)m->n))
MOMENT(final_covar_samp, 2, m->products / (double)(m->n - 1))
MOMENT(final_covar_pop, 1, m->products / (double)m->n)
MOMENT(final_corr, 2, m->products / sqrt(m->y_squares * m->x_squares))
MOMENT(final_slope, 2, m->products / m->x_squares)
MOMENT(final_intercept, 2,
       m->y_first + m->y_mean - m->products / m->x_squares * (m->x_first + m->x_mean))
MOMENT(final_r2, 2,
       m->y_squares > 0 ? m->products * m->products / (m->x_squares * m->y_squares) : 1)

static void final_regr_count(sqlite3_context *context)
{
    const struct moments *moments = sqlite3_aggregate_context(context, 0);
    sqlite3_result_int64(context, moments != NULL ? moments->n : 0);
}

/* --- Truths --------------------------------------------------------------------------------- */

struct truths {
    int64_t trues, falses;
};

static void step_truths(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    (void)argc;
    struct truths *truths = sqlite3_aggregate_context(context, sizeof(*truths));
    if (truths == NULL) {
        sqlite3_result_error_nomem(context);
    } else if (!quire_sql_is_null(argv[0])) {
        double value = sqlite3_value_double(argv[0]);
        bool is_true = value < 0 || value > 0;
        truths->trues += is_true;
        truths->falses += !is_true;
    }
}

static void final_count_if(sqlite3_context *context)
{
    const struct truths *truths = sqlite3_aggregate_context(context, 0);
    sqlite3_result_int64(context, truths != NULL ? truths->trues : 0);
}
static void final_every(sqlite3_context *context)
{
    const struct truths *truths = sqlite3_aggregate_context(context, 0);
    if (truths != NULL && truths->trues + truths->falses > 0)
        sqlite3_result_int(context, truths->falses == 0);
}
static void final_any(sqlite3_context *context)
{
    const struct truths *truths = sqlite3_aggregate_context(context, 0);
    if (truths != NULL && truths->trues + truths->falses > 0)
        sqlite3_result_int(context, truths->trues > 0);
}

const struct quire_sql_function quire_sql_aggregate_functions[] = {
    {"stddev", 1, NULL, step_moments, final_stddev_samp},
    {"std", 1, NULL, step_moments, final_stddev_samp},
    {"stddev_samp", 1, NULL, step_moments, final_stddev_samp},
    {"stddev_pop", 1, NULL, step_moments, final_stddev_pop},
    {"variance", 1, NULL, step_moments, final_var_samp},
    {"var_samp", 1, NULL, step_moments, final_var_samp},
    {"var_pop", 1, NULL, step_moments, final_var_pop},
    {"covar_samp", 2, NULL, step_moments, final_covar_samp},
    {"covar_pop", 2, NULL, step_moments, final_covar_pop},
    {"corr", 2, NULL, step_moments, final_corr},
    {"regr_slope", 2, NULL, step_moments, final_slope},
    {"regr_intercept", 2, NULL, step_moments, final_intercept},
    {"regr_r2", 2, NULL, step_moments, final_r2},
    {"regr_count", 2, NULL, step_moments, final_regr_count},
    {"count_if", 1, NULL, step_truths, final_count_if},
    {"bool_and", 1, NULL, step_truths, final_every},
    {"every", 1, NULL, step_truths, final_every},
    {"bool_or", 1, NULL, step_truths, final_any},
    {"some", 1, NULL, step_truths, final_any},
    {"any", 1, NULL, step_truths, final_any},
    {NULL, 0, NULL, NULL, NULL},
};
