/* What SQLite asks of a scan is taken where the reader can use it. Nothing is taken off SQLite's
 * hands: it checks every row that it gets, except that equal values come together where it would
 * sort for nothing else. */
#include "sql/vtab/vtab_plan.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sql/vtab/kept_groups.h"
#include "sql/vtab/vtab_bounds.h"

/* Parts of the rows that a constraint leaves, for SQLite's choice between plans. */
#define EQUAL_PART 0.01
#define RANGE_PART 0.3
/* Of a scan's cost: a lookup costs less, and two of them more. */
#define LOOKUP_PART 0.6

static bool is_equal(unsigned char op)
{
    return op == SQLITE_INDEX_CONSTRAINT_EQ;
}

/* Readers know columns by name: of several of one name they mean the first. */
static bool is_known_by_name(const struct quire_sql_source *source, int column)
{
    const struct quire_field *field = &source->field->children[column];
    return quire_field_child(source->field, field->name, field->name_size) == column;
}

/* LIMIT ends the scan where nothing but it stands between the rows and the result. */
static void take_limit(sqlite3_index_info *info, struct quire_sql_plan *plan, int *arguments)
{
    int limit = -1, offset = -1;
    if (info->nOrderBy > 0) return;
    for (int i = 0; i < info->nConstraint; i++) {
        if (!info->aConstraint[i].usable) return;
        if (info->aConstraint[i].op == SQLITE_INDEX_CONSTRAINT_LIMIT)
            limit = i;
        else if (info->aConstraint[i].op == SQLITE_INDEX_CONSTRAINT_OFFSET)
            offset = i;
        else
            return;
    }
    if (limit < 0) return;
    plan->limits = true;
    info->aConstraintUsage[limit].argvIndex = ++*arguments;
    if (offset < 0) return;
    plan->offset = true;
    info->aConstraintUsage[offset].argvIndex = ++*arguments;
}

static double take_constraint(const struct quire_sql_source *source, sqlite3_index_info *info,
                              int i, struct quire_sql_plan *plan, int *arguments)
{
    const struct sqlite3_index_constraint *constraint = &info->aConstraint[i];
    sqlite3_value *constant = NULL;
    if (!constraint->usable || constraint->iColumn < 0 ||
        (size_t)constraint->iColumn >= source->field->children_size ||
        plan->terms_size == QUIRE_SQL_TERMS_MAX)
        return 1;
    const struct quire_field *field = &source->field->children[constraint->iColumn];
    if (!is_known_by_name(source, constraint->iColumn) ||
        !quire_sql_can_bound(field, constraint->op, sqlite3_vtab_collation(info, i)))
        return 1;
    struct quire_sql_term *term = &plan->terms[plan->terms_size++];
    *term = (struct quire_sql_term){.column = constraint->iColumn, .op = constraint->op};
    term->in = is_equal(term->op) && sqlite3_vtab_in(info, i, -1) != 0;
    if (term->in) sqlite3_vtab_in(info, i, 1);
    info->aConstraintUsage[i].argvIndex = ++*arguments;
    if (is_equal(term->op) && !term->in && sqlite3_vtab_rhs_value(info, i, &constant) != SQLITE_OK)
        plan->lookup = true;
    return is_equal(term->op) && !term->in ? EQUAL_PART : RANGE_PART;
}

static bool is_among(int column, const int *columns, int size)
{
    for (int i = 0; i < size; i++)
        if (columns[i] == column) return true;
    return false;
}

/* GROUP BY and DISTINCT need equal values together, in no order (sqlite3_vtab_distinct). But where
 * ORDER BY has the columns of GROUP BY, SQLite takes grouped rows for ordered ones and says nothing
 * of it here, so that a query with any ORDER BY is left to SQLite's sort. */
static void take_group(const struct quire_sql_source *source, sqlite3_index_info *info,
                       struct quire_sql_plan *plan)
{
    int way = info->nOrderBy > 0 ? sqlite3_vtab_distinct(info) : 0;
    if (source->session->ordered || source->session->numbered || source->is_once) return;
    if ((way != 1 && way != 2) || info->nOrderBy > QUIRE_SQL_GROUP_MAX) return;
    int size = 0;
    for (int i = 0; i < info->nOrderBy; i++) {
        int column = info->aOrderBy[i].iColumn;
        if (column < 0 || (size_t)column >= source->field->children_size) return;
        const struct quire_field *field = &source->field->children[column];
        if (!quire_sql_can_group(field) || !is_known_by_name(source, column) ||
            strpbrk(field->name, ".-,") != NULL)
            return;
        if (!is_among(column, plan->group_columns, size)) plan->group_columns[size++] = column;
    }
    plan->group = size;
    info->orderByConsumed = 1;
}

/* --- As text -------------------------------------------------------------------------------- */

static char *print_plan(const struct quire_sql_plan *plan)
{
    sqlite3_str *out = sqlite3_str_new(NULL);
    sqlite3_str_appendf(out, "%llu %d %d %d %d", (unsigned long long)plan->used, plan->limits,
                        plan->offset, plan->lookup, plan->group);
    for (int i = 0; i < plan->group; i++)
        sqlite3_str_appendf(out, " %d", plan->group_columns[i]);
    sqlite3_str_appendf(out, " %d", (int)plan->terms_size);
    for (size_t i = 0; i < plan->terms_size; i++)
        sqlite3_str_appendf(out, " %d %d %d", plan->terms[i].column, plan->terms[i].op,
                            plan->terms[i].in);
    return sqlite3_str_finish(out);
}

static int next_number(const char **text)
{
    char *end;
    long value = strtol(*text, &end, 10);
    *text = end;
    return (int)value;
}

bool quire_sql_plan_parse(const char *text, struct quire_sql_plan *plan)
{
    char *end;
    if (text == NULL) return false;
    plan->used = strtoull(text, &end, 10);
    text = end;
    plan->limits = next_number(&text) != 0;
    plan->offset = next_number(&text) != 0;
    plan->lookup = next_number(&text) != 0;
    plan->group = next_number(&text);
    for (int i = 0; i < plan->group; i++)
        plan->group_columns[i] = next_number(&text);
    plan->terms_size = (size_t)next_number(&text);
    for (size_t i = 0; i < plan->terms_size; i++) {
        struct quire_sql_term *term = &plan->terms[i];
        term->column = next_number(&text);
        term->op = (unsigned char)next_number(&text);
        term->in = next_number(&text) != 0;
    }
    return true;
}

/* What SQLite chooses between plans by. A join looks up in rows that are held: the smaller table
 * had better be that one. But sides of an OR that each read the whole table must never seem better
 * than one scan of it; nor may any in a RIGHT or FULL JOIN, which SQLite (3.40.1) gets wrong:
 * conditions of WHERE then keep rows from being marked as matched. */
static void estimate(const struct quire_sql_source *source, const struct quire_sql_plan *plan,
                     double part, sqlite3_index_info *info)
{
    const struct quire_sql_session *session = source->session;
    bool is_whole = session->has_or && (!plan->lookup || session->numbered);
    double rows = is_whole ? source->rows : source->rows * part, thousands = source->rows / 1000;
    info->estimatedRows = rows < 1 ? 1 : (sqlite3_int64)rows;
    if (!plan->lookup)
        info->estimatedCost = source->rows;
    else if (is_whole)
        info->estimatedCost = source->rows * LOOKUP_PART;
    else
        info->estimatedCost = 5 + thousands * (1 + thousands / 100);
}

int quire_sql_best_index(struct quire_sql_source *source, sqlite3_index_info *info)
{
    struct quire_sql_plan plan = {.used = info->colUsed};
    double part = 1;
    int arguments = 0;
    take_limit(info, &plan, &arguments);
    for (int i = 0; i < info->nConstraint && !plan.limits; i++)
        part *= take_constraint(source, info, i, &plan, &arguments);
    if (!plan.lookup) take_group(source, info, &plan);
    estimate(source, &plan, part, info);
    info->idxStr = print_plan(&plan);
    if (info->idxStr == NULL) return SQLITE_NOMEM;
    info->needToFreeIdxStr = 1;
    return SQLITE_OK;
}
