/* Comparisons as bounds of the columns' own types, which here must be exact: SQLite does not look
 * at the rows again. */
#include <string.h>

#include "sql/rollup/rollup_run.h"
#include "sql/vtab/vtab_source.h"

/* A comparison of whole numbers and times as the range that it leaves, which is exact; a bound by
 * itself may leave its own value. */
static void close_bound(struct quire_sql_bound *bound)
{
    if (bound->bytes != NULL) return;
    if (bound->compare == QUIRE_COMPARE_GT && bound->integer < INT64_MAX) {
        bound->compare = QUIRE_COMPARE_GE;
        bound->integer++;
    } else if (bound->compare == QUIRE_COMPARE_LT && bound->integer > INT64_MIN) {
        bound->compare = QUIRE_COMPARE_LE;
        bound->integer--;
    }
}

/* Can a bound hold such a value of the column's type? */
static bool fits_width(const struct quire_field *field, const struct quire_sql_bound *bound)
{
    if (bound->bytes != NULL || field->width == 8) return true;
    int64_t limit = INT64_C(1) << (8 * field->width - 1);
    return bound->integer > -limit && bound->integer < limit;
}

int quire_rollup_make_bounds(struct quire_rollup_run *run, sqlite3_value **values, bool *said)
{
    const struct quire_field *fields = run->rollup->source->field->children;
    *said = true;
    for (size_t i = 0; i < run->rollup->terms_size && *said; i++) {
        const struct quire_rollup_term *term = &run->rollup->terms[i];
        const struct quire_field *field = &fields[term->term.column];
        size_t before = run->bounds.size;
        if (quire_sql_bound_add(&run->bounds, field, &term->term, values[term->constant]) != 0)
            return QUIRE_MEMORY;
        *said = run->bounds.size == before + 1;
        if (!*said) break;
        struct quire_sql_bound *bound = &run->bounds.items[before];
        close_bound(bound);
        *said = fits_width(field, bound) &&
                (bound->bytes != NULL ||
                 (bound->compare != QUIRE_COMPARE_GT && bound->compare != QUIRE_COMPARE_LT));
    }
    quire_sql_bounds_finish(&run->bounds, fields);
    return 0;
}

static bool is_same(const struct quire_sql_bound *a, const struct quire_sql_bound *b)
{
    return a->column == b->column && a->compare == b->compare && a->integer == b->integer &&
           a->size == b->size && (a->bytes == NULL) == (b->bytes == NULL) &&
           (a->size == 0 || memcmp(a->bytes, b->bytes, a->size) == 0);
}

/* None of them is one of real numbers. */
bool quire_rollup_has_same_bounds(const struct quire_rollup_run *run,
                                  const struct quire_rollup_run *other)
{
    if (run->bounds.size != other->bounds.size) return false;
    for (size_t i = 0; i < run->bounds.size; i++)
        if (!is_same(&run->bounds.items[i], &other->bounds.items[i])) return false;
    return true;
}
