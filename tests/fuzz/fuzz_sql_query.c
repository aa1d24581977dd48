/* Queries of the forms that have ways of their own, and of their neighbours that have none. */
#include <string.h>

#include "fuzz_sql.h"

#define PICK(bytes, list) ((list)[fuzz_take_below(bytes, sizeof(list) / sizeof(*(list)))])

enum shape { ROWS, GROUPS, TOTALS, DIFFERENT, JOINED };

struct making {
    struct fuzz_bytes *bytes;
    const struct fuzz_sql_table *table;
    struct fuzz_sql_query *query;
    enum shape shape;
    size_t items;
};

static void say(struct quire_buf *out, const char *text)
{
    FUZZ_CHECK(quire_buf_append_text(out, text) == 0, "no memory");
}

/* To both forms. */
static void both(struct making *making, const char *text)
{
    say(&making->query->any, text);
    say(&making->query->alone, text);
}

static void say_buf(struct quire_buf *out, const struct quire_buf *text)
{
    if (text->size > 0) FUZZ_CHECK(quire_buf_append(out, text->data, text->size) == 0, "no memory");
}

/* --- Columns -------------------------------------------------------------------------------- */

static size_t take_column(struct making *making)
{
    return fuzz_take_below(making->bytes, making->table->view->children_size);
}

static const struct quire_field *field_of(const struct making *making, size_t column)
{
    return making->table->view->children[column].field;
}

static void say_column(const struct making *making, size_t column, struct quire_buf *out)
{
    const char *table = making->shape == JOINED ? "t." : "";
    FUZZ_CHECK(quire_buf_printf(out, "%sc%zu", table, column) == 0, "no memory");
}

static bool is_time(enum quire_kind kind)
{
    return kind == QUIRE_KIND_TIMESTAMP || kind == QUIRE_KIND_DATE32 || kind == QUIRE_KIND_DATE64;
}

/* --- Conditions ------------------------------------------------------------------------------- */

/* Often one that is in the column. */
static void say_literal(struct making *making, size_t column, struct quire_buf *out)
{
    static const char *const others[] = {"NULL",
                                         "0",
                                         "1",
                                         "-1",
                                         "2.5",
                                         "'a'",
                                         "''",
                                         "'5'",
                                         "'2024-05-01'",
                                         "'2024-05'",
                                         "'2024-05-01T02:00:00+02:00'",
                                         "'2024-05-01 00:00:00.0'",
                                         "TIMESTAMP '2024-05-01T00:00:00Z'",
                                         "DATE '2024-05-01'",
                                         "9223372036854775807",
                                         "-9223372036854775808",
                                         "1e300",
                                         "-0.5",
                                         "x'61'",
                                         "0.25",
                                         "255",
                                         "'\xc3\xa9'",
                                         "1 + 1",
                                         "18446744073709551615.0",
                                         "128",
                                         "true",
                                         "'2024-05-01 01:00:00'",
                                         "CAST('2024-05-01' AS TIMESTAMP)"};
    const struct quire_view *view = making->table->view;
    size_t from = fuzz_take_below(making->bytes, 8) == 7 ? take_column(making) : column;
    bool quoted = fuzz_take_below(making->bytes, 5) == 4;
    if (view->length > 0 && fuzz_take_below(making->bytes, 3) < 2 &&
        fuzz_sql_literal(&view->children[from],
                         (int64_t)fuzz_take_below(making->bytes, (size_t)view->length), quoted,
                         out))
        return;
    say(out, PICK(making->bytes, others));
}

static void say_term(struct making *making, int depth, struct quire_buf *out)
{
    static const char *const signs[] = {
        " = ", " > ", " < ", " >= ", " <= ", " <> ", " IS ", " == "};
    static const char *const patterns[] = {" LIKE 'a%'",     " LIKE '2024-05-01%'", " LIKE '_'",
                                           " LIKE 'a\xc3%'", " LIKE '%'",           " LIKE 'A%'"};
    size_t column = take_column(making);
    switch (fuzz_take_below(making->bytes, depth < 2 ? 13 : 10)) {
    case 5:
        say_column(making, column, out);
        say(out, " IS NULL");
        return;
    case 6:
        say_column(making, column, out);
        say(out, " IS NOT NULL");
        return;
    case 7:
        say_column(making, column, out);
        say(out, " BETWEEN ");
        say_literal(making, column, out);
        say(out, " AND ");
        say_literal(making, column, out);
        return;
    case 8:
        say_column(making, column, out);
        say(out, " IN (");
        say_literal(making, column, out);
        say(out, ", ");
        say_literal(making, column, out);
        say(out, ")");
        return;
    case 9:
        say_column(making, column, out);
        say(out, PICK(making->bytes, patterns));
        return;
    case 10:
        say(out, "(");
        say_term(making, depth + 1, out);
        say(out, " OR ");
        say_term(making, depth + 1, out);
        say(out, ")");
        return;
    case 11:
        say(out, "NOT (");
        say_term(making, depth + 1, out);
        say(out, ")");
        return;
    case 12:
        say_literal(making, column, out);
        say(out, PICK(making->bytes, signs));
        say_column(making, column, out);
        return;
    default:
        say_column(making, column, out);
        say(out, PICK(making->bytes, signs));
        if (fuzz_take_below(making->bytes, 8) == 7)
            say_column(making, take_column(making), out);
        else
            say_literal(making, column, out);
    }
}

/* What stands in a CASE is not told to the table. */
static void say_condition(struct making *making, const char *word, const struct quire_buf *text)
{
    struct fuzz_sql_query *query = making->query;
    both(making, word);
    say_buf(&query->any, text);
    say(&query->alone, "CASE WHEN ");
    say_buf(&query->alone, text);
    say(&query->alone, " THEN 1 ELSE 0 END");
}

static void take_where(struct making *making)
{
    struct quire_buf text = {0};
    size_t terms = fuzz_take_below(making->bytes, 4);
    for (size_t i = 0; i < terms; i++) {
        if (i > 0) say(&text, " AND ");
        say_term(making, 0, &text);
    }
    if (terms > 0) say_condition(making, " WHERE ", &text);
    quire_buf_release(&text);
}

/* --- Items ------------------------------------------------------------------------------------ */

static void say_value(struct making *making, size_t column, const char *form, struct quire_buf *out)
{
    for (; *form != '\0'; form++) {
        if (*form == '?')
            say_column(making, column, out);
        else
            FUZZ_CHECK(quire_buf_push(out, (uint8_t)*form) == 0, "no memory");
    }
}

static void say_item(struct making *making, size_t column, const char *form)
{
    struct quire_buf text = {0};
    if (making->items > 0) both(making, ", ");
    say_value(making, column, form, &text);
    FUZZ_CHECK(quire_buf_printf(&text, " AS r%zu", making->items++) == 0, "no memory");
    say_buf(&making->query->any, &text);
    say_buf(&making->query->alone, &text);
    quire_buf_release(&text);
}

static void take_rows(struct making *making)
{
    static const char *const forms[] = {"?",
                                        "?",
                                        "?",
                                        "coalesce(?, 'x')",
                                        "CAST(? AS STRING)",
                                        "length(?)",
                                        "to_date(?)",
                                        "date_trunc('hour', ?)",
                                        "upper(?)",
                                        "? IS NULL",
                                        "CAST(? AS DOUBLE)",
                                        "year(?)"};
    for (size_t left = 1 + fuzz_take_below(making->bytes, 3); left > 0; left--)
        say_item(making, take_column(making), PICK(making->bytes, forms));
}

static void take_aggregate(struct making *making)
{
    static const struct {
        const char *form;
        bool rough;
    } forms[] = {
        {"count(*)", false},
        {"count(?)", false},
        {"sum(?)", true},
        {"avg(?)", true},
        {"min(?)", false},
        {"max(?)", false},
        {"count(DISTINCT ?)", false},
        {"stddev(?)", true},
        {"median(?)", true},
        {"count_if(?)", false},
        {"stddev_pop(?)", true},
        {"coalesce(sum(?), 0)", true},
        {"1e2 * count(?) / nullif(count(*), 0)", true},
        {"percentile(?, 0.25)", true},
        {"count_if(NOT ?)", false},
    };
    size_t at = fuzz_take_below(making->bytes, sizeof(forms) / sizeof(forms[0]));
    making->query->rough[making->items] = forms[at].rough;
    say_item(making, take_column(making), forms[at].form);
}

static void take_keys(struct making *making, size_t size, struct quire_buf *keys)
{
    static const char *const of_times[] = {"?", "to_date(?)", "date_trunc('hour', ?)",
                                           "date_trunc('day', ?)"};
    for (size_t i = 0; i < size; i++) {
        size_t column = take_column(making);
        const char *form =
            is_time(field_of(making, column)->kind) ? PICK(making->bytes, of_times) : "?";
        if (i > 0) say(keys, ", ");
        say_value(making, column, form, keys);
        say_item(making, column, form);
    }
}

/* --- All of it ----------------------------------------------------------------------------------
 */

static void take_end(struct making *making, size_t keys, bool exact)
{
    static const char *const limits[] = {" LIMIT 1", " LIMIT 3", " LIMIT 2 OFFSET 1", " LIMIT 0",
                                         " LIMIT -1"};
    bool ordered = keys > 0 && fuzz_take_below(making->bytes, 2) == 1;
    for (size_t i = 0; i < keys && ordered; i++)
        FUZZ_CHECK(quire_buf_printf(&making->query->any, "%s%zu", i > 0 ? ", " : " ORDER BY ",
                                    i + 1) == 0 &&
                       quire_buf_printf(&making->query->alone, "%s%zu", i > 0 ? ", " : " ORDER BY ",
                                        i + 1) == 0,
                   "no memory");
    if (fuzz_take_below(making->bytes, 4) != 3) return;
    both(making, PICK(making->bytes, limits));
    making->query->some = !ordered || !exact;
}

static void take_grouped(struct making *making)
{
    struct quire_buf keys = {0};
    size_t keys_size = 1 + fuzz_take_below(making->bytes, 2);
    take_keys(making, keys_size, &keys);
    for (size_t left = fuzz_take_below(making->bytes, 4); left > 0; left--)
        take_aggregate(making);
    both(making, " FROM t");
    take_where(making);
    both(making, " GROUP BY ");
    say_buf(&making->query->any, &keys);
    say_buf(&making->query->alone, &keys);
    take_end(making, keys_size, true);
    quire_buf_release(&keys);
}

static void take_joined(struct making *making)
{
    static const char *const joins[] = {" FROM t JOIN u ON ", " FROM t LEFT JOIN u ON "};
    struct quire_buf text = {0};
    say_item(making, take_column(making), "?");
    both(making, ", u.c0 AS r1");
    making->items++;
    both(making, PICK(making->bytes, joins));
    say_column(making, take_column(making), &text);
    FUZZ_CHECK(quire_buf_printf(&text, " = u.c%zu", take_column(making)) == 0, "no memory");
    say_condition(making, "", &text);
    take_where(making);
    take_end(making, 2, true);
    quire_buf_release(&text);
}

void fuzz_sql_take_query(struct fuzz_bytes *bytes, const struct fuzz_sql_table *table,
                         struct fuzz_sql_query *query)
{
    struct making making = {.bytes = bytes, .table = table, .query = query};
    making.shape = (enum shape)fuzz_take_below(bytes, JOINED + 1);
    /* A row has the same number in each scan then, and no row is passed over. */
    say(&query->alone, "WITH oid AS (SELECT 1) ");
    both(&making, making.shape == DIFFERENT ? "SELECT DISTINCT " : "SELECT ");
    if (making.shape == GROUPS) {
        take_grouped(&making);
    } else if (making.shape == JOINED) {
        take_joined(&making);
    } else {
        if (making.shape == TOTALS)
            for (size_t left = 1 + fuzz_take_below(bytes, 4); left > 0; left--)
                take_aggregate(&making);
        else
            take_rows(&making);
        both(&making, " FROM t");
        take_where(&making);
        take_end(&making, making.shape == TOTALS ? 0 : making.items, true);
    }
    FUZZ_CHECK(quire_buf_terminate(&query->any) == 0 && quire_buf_terminate(&query->alone) == 0,
               "no memory");
}

void fuzz_sql_query_release(struct fuzz_sql_query *query)
{
    quire_buf_release(&query->any);
    quire_buf_release(&query->alone);
}
