/* Percentiles, exactly: the values of a group are kept, and looked at in the end. Their memory is
 * charged with other rows that are held. */
#include <math.h>

#include "base/fail.h"
#include "sql/functions/functions.h"
#include "sql/functions/quickselect.h"

#define VALUES_LEAST 64

struct values {
    double *items;
    size_t size, capacity;
    double part;
};

static int grow(struct quire_sql_session *session, struct values *values)
{
    size_t capacity = values->capacity > 0 ? 2 * values->capacity : VALUES_LEAST;
    if (!quire_sql_hold(session, (capacity - values->capacity) * sizeof(double))) {
        quire_fail(&session->failure, QUIRE_MEMORY, QUIRE_SQL_OPERATION,
                   "the values of a percentile do not fit in memory");
        quire_error_hint(&session->failure, "give it more with --memory");
        return SQLITE_ERROR;
    }
    double *items = quire_realloc(values->items, capacity * sizeof(*items));
    if (items == NULL) {
        session->held -= (capacity - values->capacity) * sizeof(double);
        return SQLITE_NOMEM;
    }
    values->items = items;
    values->capacity = capacity;
    return SQLITE_OK;
}

static void step(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    struct values *values = sqlite3_aggregate_context(context, sizeof(*values));
    if (values == NULL) {
        sqlite3_result_error_nomem(context);
        return;
    }
    bool given = argc == 1 || quire_sql_is_number(argv[1]);
    values->part = argc > 1 ? sqlite3_value_double(argv[1]) : 0.5;
    if (!given || !(values->part >= 0 && values->part <= 1)) {
        quire_sql_function_fail(context, "a percentile is from 0 to 1");
        return;
    }
    if (!quire_sql_is_number(argv[0])) return;
    if (values->size == values->capacity) {
        int code = grow(sqlite3_user_data(context), values);
        if (code != SQLITE_OK) {
            sqlite3_result_error_code(context, code);
            return;
        }
    }
    values->items[values->size++] = sqlite3_value_double(argv[0]);
}

/* Called also where the query ends early, so that memory comes back. */
static void finish(sqlite3_context *context, bool between)
{
    struct quire_sql_session *session = sqlite3_user_data(context);
    struct values *values = sqlite3_aggregate_context(context, 0);
    if (values == NULL) return;
    if (values->size > 0 && session->failure.code == 0) {
        double last = (double)(values->size - 1);
        double at = between ? values->part * last : ceil(values->part * (double)values->size) - 1;
        sqlite3_result_double(context, quire_sql_place(values->items, values->size, at));
    }
    session->held -= values->capacity * sizeof(double);
    quire_free(values->items);
    values->items = NULL;
    values->size = values->capacity = 0;
}

static void final_between(sqlite3_context *context)
{
    finish(context, true);
}
static void final_one(sqlite3_context *context)
{
    finish(context, false);
}

const struct quire_sql_function quire_sql_percentile_functions[] = {
    {"percentile", 2, NULL, step, final_between},
    {"median", 1, NULL, step, final_between},
    {"percentile_approx", 2, NULL, step, final_one},
    {"percentile_approx", 3, NULL, step, final_one},
    {"approx_percentile", 2, NULL, step, final_one},
    {"approx_percentile", 3, NULL, step, final_one},
    {NULL, 0, NULL, NULL, NULL},
};
