/* sum in place of SQLite's own, which fails of whole numbers as soon as the sum so far passes 64
 * bits: this one fails only where the sum itself does, as do sums that are computed by columns, so
 * that neither the order of the rows nor the form of the query decides. Reals are added as SQLite
 * adds them; a real among whole numbers makes the sum one. Where reals leave the frame of a window,
 * what additions lost comes back (Neumaier, "Rundungsfehleranalyse einiger Verfahren zur Summation
 * endlicher Summen"), and infinities are counted, since none goes by being subtracted. */
#include <math.h>
#include <string.h>

#include "base/digits.h"
#include "sql/functions/functions.h"

/* SQLite aligns it to 8 bytes only, so that the 128 bits go in and out by a copy. */
struct sum {
    uint64_t whole[2];
    double reals, lost; /* of those that are finite */
    int64_t wholes_size, reals_size, infinities[2];
    bool moved; /* some have left */
};

static quire_i128 get_whole(const struct sum *sum)
{
    quire_i128 whole;
    memcpy(&whole, sum->whole, sizeof(whole));
    return whole;
}

static void add_real(struct sum *sum, double value, int sign)
{
    sum->reals_size += sign;
    if (isinf(value)) {
        sum->infinities[value < 0] += sign;
        return;
    }
    double added = value * sign, total = sum->reals + added;
    bool larger = fabs(sum->reals) >= fabs(added);
    sum->lost += larger ? sum->reals - total + added : added - total + sum->reals;
    sum->reals = total;
    if (sum->reals_size == sum->infinities[0] + sum->infinities[1]) sum->reals = sum->lost = 0;
}

/* A difference of infinities is NaN, which is null. */
static double get_reals(const struct sum *sum)
{
    if (sum->infinities[0] > 0) return sum->infinities[1] > 0 ? (double)NAN : (double)INFINITY;
    if (sum->infinities[1] > 0) return -(double)INFINITY;
    return sum->moved && isfinite(sum->lost) ? sum->reals + sum->lost : sum->reals;
}

/* A value that comes, sign 1, or one that leaves the frame of a window, sign -1. */
static void add(struct sum *sum, sqlite3_value *value, int sign)
{
    int type = sqlite3_value_numeric_type(value);
    if (type == SQLITE_NULL) return;
    if (type == SQLITE_INTEGER) {
        quire_i128 whole = get_whole(sum) + (quire_i128)sqlite3_value_int64(value) * sign;
        memcpy(sum->whole, &whole, sizeof(whole));
        sum->wholes_size += sign;
    } else {
        add_real(sum, sqlite3_value_double(value), sign);
    }
}

static void step(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    struct sum *sum = sqlite3_aggregate_context(context, sizeof(*sum));
    (void)argc;
    if (sum == NULL)
        sqlite3_result_error_nomem(context);
    else
        add(sum, argv[0], 1);
}

static void leave(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    struct sum *sum = sqlite3_aggregate_context(context, sizeof(*sum));
    (void)argc;
    if (sum == NULL) return;
    sum->moved = true;
    add(sum, argv[0], -1);
}

static void value(sqlite3_context *context)
{
    const struct quire_sql_session *session = sqlite3_user_data(context);
    const struct sum *sum = sqlite3_aggregate_context(context, 0);
    if (sum == NULL || sum->wholes_size + sum->reals_size == 0) return;
    quire_i128 whole = get_whole(sum);
    bool fits = whole == (int64_t)whole;
    if (sum->reals_size > 0)
        sqlite3_result_double(context, (double)whole + get_reals(sum));
    else if (fits)
        sqlite3_result_int64(context, (int64_t)whole);
    else if (session->options.wide_sums)
        sqlite3_result_double(context, (double)whole);
    else
        quire_sql_function_fail(context, "integer overflow");
}

int quire_sql_register_sum(struct quire_sql_session *session)
{
    return sqlite3_create_window_function(session->db, "sum", 1, SQLITE_UTF8 | SQLITE_INNOCUOUS,
                                          session, step, value, value, leave, NULL);
}
