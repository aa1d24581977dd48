/* The counts of a row and its rate. Valid and invalid rows are always those processed: what is not
 * given of the three follows from the others, and counts that do not agree are refused. A rate that
 * does not agree with counts is kept as both were given, and told of. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/digits.h"
#include "runlog/rows/rate_digits.h"
#include "runlog/rows/row_complete.h"

/* --- Where it is told ------------------------------------------------------------------------ */

/* Whether a column comes from the block "validation" of a step of a report. */
static bool is_of_validation(const struct quire_runlog_report_step *step, const char *column)
{
    if (step == NULL) return false;
    if (strcmp(column, "valid_rows") == 0) return step->step.valid_rows == QUIRE_RUNLOG_UNKNOWN;
    if (strcmp(column, "invalid_rows") == 0) return step->step.invalid_rows == QUIRE_RUNLOG_UNKNOWN;
    return strcmp(column, "validation_rate") == 0 && isnan(step->step.validation_rate);
}

int quire_row_refuse(const struct quire_row_origin *origin, const char *column,
                     struct quire_error *error, const char *format, ...)
{
    const struct quire_model_place block = {origin->place, "validation", 10, 0};
    const struct quire_model_place *parent =
        is_of_validation(origin->step, column) ? &block : origin->place;
    const struct quire_model_place at = {parent, column, strlen(column), 0};
    char cause[200];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(cause, sizeof(cause), format, arguments);
    va_end(arguments);
    return quire_model_fail(&at, error, "%s", cause);
}

/* --- Rates ----------------------------------------------------------------------------------- */

/* rows * rate / 100, half to even. The rate is the decimal number that its shortest text is, and
 * all is computed in whole numbers: digits have 17 places and rows 63 bits, so that products fit.
 */
static int64_t share(int64_t rows, double rate)
{
    if (rate <= 0) return 0;
    int exponent = 0;
    quire_u128 product = (quire_u128)rows * quire_rate_digits(rate, &exponent), divisor = 1;
    for (exponent -= 2; exponent < 0; exponent++) {
        /* Less than half a row, whatever follows. */
        if (divisor > product * 2) return 0;
        divisor *= 10;
    }
    quire_u128 valid = product / divisor, twice = product % divisor * 2;
    if (twice > divisor || (twice == divisor && (valid & 1) != 0)) valid++;
    return valid >= (quire_u128)rows ? rows : (int64_t)valid;
}

/* Whether a rate can be that of some rows. It may be rounded, or cut off, to the digits that it is
 * written with, of which two behind the point count, and so be less than one unit of them away; or
 * the rows were made from it, and are less than one row away. In whole numbers, as shares are; of
 * the digits 15 behind those two say enough. */
static bool agrees(int64_t valid, int64_t rows, double rate)
{
    int exponent = 0, places = 0;
    uint64_t digits = quire_rate_digits(rate, &exponent);
    if (rows == 0) return true;
    for (; exponent < 0 && digits % 10 == 0; exponent++)
        digits /= 10;
    quire_u128 scale = 1, hundreds = 100;
    for (; places < 2 && exponent < 0; places++, exponent++)
        hundreds *= 10;
    for (; exponent < -15; exponent++)
        digits /= 10;
    for (; exponent < 0; exponent++)
        scale *= 10;
    for (; exponent > 0; exponent--)
        digits *= 10;
    quire_u128 found = (quire_u128)valid * hundreds * scale, told = (quire_u128)rows * digits;
    quire_u128 apart = found > told ? found - told : told - found;
    return apart < (quire_u128)rows * scale || apart < hundreds * scale;
}

/* --- Counts ---------------------------------------------------------------------------------- */

struct counts {
    struct quire_runlog_row *row;
    const struct quire_row_origin *origin;
    struct quire_error *error;
};

/* What the rows may have been that nothing says outright. */
static int64_t likely_rows(const struct quire_runlog_row *row)
{
    return row->input_rows != QUIRE_RUNLOG_UNKNOWN ? row->input_rows : row->rows_written;
}

static int64_t rows_processed(const struct quire_runlog_row *row)
{
    int64_t least = 0, rows = likely_rows(row);
    if (row->valid_rows > least) least = row->valid_rows;
    if (row->invalid_rows > least) least = row->invalid_rows;
    return rows > least ? rows : least;
}

/* As many rows as a part of them and its rate make. */
static int rows_of_rate(const struct counts *counts, bool is_valid, int64_t *rows)
{
    struct quire_runlog_row *row = counts->row;
    int64_t part = is_valid ? row->valid_rows : row->invalid_rows;
    double rate = is_valid ? row->validation_rate : 100 - row->validation_rate;
    int64_t likely = likely_rows(row);
    if (likely >= part && agrees(is_valid ? part : likely - part, likely, row->validation_rate)) {
        *rows = likely;
        return 0;
    }
    if (rate <= 0 && part > 0)
        return quire_row_refuse(counts->origin, "validation_rate", counts->error,
                                "%g is not the rate of rows of which %lld are %s",
                                row->validation_rate, (long long)part,
                                is_valid ? "valid" : "invalid");
    long double made = part == 0 ? 0 : rintl((long double)part * 100 / (long double)rate);
    if (made >= 0x1p63L)
        return quire_row_refuse(counts->origin, "validation_rate", counts->error,
                                "the rows that it makes are more than 64 bits count");
    *rows = (int64_t)made > part ? (int64_t)made : part;
    return 0;
}

static int complete_both(const struct counts *counts)
{
    struct quire_runlog_row *row = counts->row;
    int64_t sum;
    if (__builtin_add_overflow(row->valid_rows, row->invalid_rows, &sum))
        return quire_row_refuse(counts->origin, "valid_rows", counts->error,
                                "valid and invalid rows are too many together");
    if (row->rows_processed == QUIRE_RUNLOG_UNKNOWN) row->rows_processed = sum;
    if (row->rows_processed == sum) return 0;
    return quire_row_refuse(counts->origin, "rows_processed", counts->error,
                            "%lld row%s not the %lld valid and %lld invalid ones together",
                            (long long)row->rows_processed,
                            row->rows_processed == 1 ? " is" : "s are", (long long)row->valid_rows,
                            (long long)row->invalid_rows);
}

/* Of valid and invalid rows one is known. */
static int complete_other(const struct counts *counts, bool is_valid)
{
    struct quire_runlog_row *row = counts->row;
    int64_t known = is_valid ? row->valid_rows : row->invalid_rows;
    if (row->rows_processed == QUIRE_RUNLOG_UNKNOWN && !isnan(row->validation_rate)) {
        int code = rows_of_rate(counts, is_valid, &row->rows_processed);
        if (code != 0) return code;
    }
    if (row->rows_processed == QUIRE_RUNLOG_UNKNOWN) row->rows_processed = rows_processed(row);
    if (known > row->rows_processed)
        return quire_row_refuse(counts->origin, is_valid ? "valid_rows" : "invalid_rows",
                                counts->error, "they are more than the rows processed");
    *(is_valid ? &row->invalid_rows : &row->valid_rows) = row->rows_processed - known;
    return 0;
}

static void complete_neither(struct quire_runlog_row *row)
{
    if (row->rows_processed == QUIRE_RUNLOG_UNKNOWN) row->rows_processed = rows_processed(row);
    int64_t rows = row->rows_processed;
    row->valid_rows = isnan(row->validation_rate) ? rows : share(rows, row->validation_rate);
    row->invalid_rows = rows - row->valid_rows;
}

/* Both were given and are kept: which of them is wrong only who gave them can tell. */
static void note_odd_rate(const struct counts *counts)
{
    const struct quire_runlog_row *row = counts->row;
    struct quire_row_odd_rates *odd = counts->origin->odd_rates;
    if (odd == NULL || agrees(row->valid_rows, row->rows_processed, row->validation_rate)) return;
    if (odd->rows++ > 0) return;
    quire_row_refuse(counts->origin, "validation_rate", &odd->first,
                     "%g is not the rate of %lld valid rows of %lld, which is %.4g",
                     row->validation_rate, (long long)row->valid_rows,
                     (long long)row->rows_processed,
                     (double)row->valid_rows * 100 / (double)row->rows_processed);
}

int quire_row_complete_counts(struct quire_runlog_row *row, const struct quire_row_origin *origin,
                              struct quire_error *error)
{
    const struct counts counts = {row, origin, error};
    bool valid = row->valid_rows != QUIRE_RUNLOG_UNKNOWN;
    bool invalid = row->invalid_rows != QUIRE_RUNLOG_UNKNOWN;
    int code = 0;
    if (valid && invalid) code = complete_both(&counts);
    if (valid != invalid) code = complete_other(&counts, valid);
    if (code != 0) return code;
    if (!valid && !invalid) complete_neither(row);
    if ((valid || invalid) && !isnan(row->validation_rate)) note_odd_rate(&counts);
    int64_t rows = row->rows_processed;
    if (isnan(row->validation_rate))
        row->validation_rate = rows > 0 ? (double)row->valid_rows * 100 / (double)rows : 100;
    return 0;
}
