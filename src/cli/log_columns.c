/* Widths are guessed by names and kinds: the table that is drawn narrows texts, but no numbers, and
 * hides columns of its middle where a guess was wrong. */
#include "log_columns.h"

#include <string.h>

#define FRAME      ((size_t)3) /* of a column: two blanks and a line */
#define TEXT_WIDTH ((size_t)8) /* to which texts are narrowed */

/* As they stand in the table; rank: which goes in first where not all do. */
static const struct shown {
    const char *name;
    int rank;
    bool text;
} shown[] = {
    {"created_at", 7, true},      {"run_id", 6, true},        {"phase", 1, true},
    {"step_name", 0, true},       {"success", 2, false},      {"duration_secs", 3, false},
    {"rows_processed", 4, false}, {"rows_written", 8, false}, {"validation_rate", 5, false},
    {"error_message", 9, true},
};
#define SHOWN (sizeof(shown) / sizeof(shown[0]))

/* What is known of each. */
struct choice {
    int64_t place[SHOWN]; /* in the rows; below 0: not there */
    bool valued[SHOWN];   /* not null in all rows */
    bool chosen[SHOWN];
};

static int64_t find_column(const struct ArrowSchema *schema, const char *name)
{
    for (int64_t i = 0; i < schema->n_children; i++)
        if (strcmp(schema->children[i]->name, name) == 0) return i;
    return -1;
}

static size_t width_of(const struct shown *column)
{
    return (column->text ? TEXT_WIDTH : strlen(column->name)) + FRAME;
}

/* --- What there is --------------------------------------------------------------------------- */

static bool has_value(const struct ArrowArray *batch, int64_t place)
{
    const struct ArrowArray *column = batch->children[place];
    const uint8_t *valid = column->n_buffers > 0 ? column->buffers[0] : NULL;
    if (valid == NULL) return batch->length > 0;
    for (int64_t i = 0; i < batch->length; i++) {
        int64_t at = batch->offset + column->offset + i;
        if ((valid[at / 8] >> (at % 8) & 1) != 0) return true;
    }
    return false;
}

static int look_at_rows(struct ArrowArrayStream *rows, struct choice *choice,
                        struct quire_error *error)
{
    for (;;) {
        struct ArrowArray batch = {.release = NULL};
        QUIRE_TRY(quire_stream_next(rows, &batch, error));
        if (batch.release == NULL) return 0;
        for (size_t i = 0; i < SHOWN; i++)
            if (choice->place[i] >= 0 && !choice->valued[i])
                choice->valued[i] = has_value(&batch, choice->place[i]);
        quire_array_release(&batch);
    }
}

/* --- What fits ------------------------------------------------------------------------------- */

static bool all_fit(const struct choice *choice, size_t width)
{
    size_t wanted = 1;
    for (size_t i = 0; i < SHOWN; i++)
        if (choice->place[i] >= 0) wanted += width_of(&shown[i]);
    return wanted <= width;
}

static const struct shown *by_rank(int rank)
{
    const struct shown *column = shown;
    while (column->rank != rank)
        column++;
    return column;
}

/* At least the first that is there is taken. */
static void choose(struct choice *choice, size_t width)
{
    size_t used = 1;
    for (int rank = 0; rank < (int)SHOWN; rank++) {
        const struct shown *column = by_rank(rank);
        size_t at = (size_t)(column - shown), more = width_of(column);
        if (choice->place[at] < 0 || !choice->valued[at]) continue;
        if (used > 1 && used + more > width) continue;
        choice->chosen[at] = true;
        used += more;
    }
}

static int choose_all(const char *table, const struct quire_runlog_read_options *read, size_t width,
                      struct ArrowArrayStream *rows, struct choice *choice,
                      struct quire_error *error)
{
    struct ArrowSchema schema = {.release = NULL};
    QUIRE_TRY(quire_runlog_read(table, read, rows, error));
    QUIRE_TRY(quire_stream_schema(rows, &schema, error));
    for (size_t i = 0; i < SHOWN; i++) {
        choice->place[i] = find_column(&schema, shown[i].name);
        choice->chosen[i] = choice->place[i] >= 0;
    }
    quire_schema_release(&schema);
    if (width == 0 || all_fit(choice, width)) return 0;
    QUIRE_TRY(look_at_rows(rows, choice, error));
    memset(choice->chosen, 0, sizeof(choice->chosen));
    choose(choice, width);
    return 0;
}

int quire_cli_log_columns(const char *table, const struct quire_runlog_read_options *read,
                          size_t width, struct quire_cli_columns *columns,
                          struct quire_error *error)
{
    struct ArrowArrayStream rows = {.release = NULL};
    struct choice choice = {.place = {0}};
    int code = choose_all(table, read, width, &rows, &choice, error);
    quire_stream_release(&rows);
    for (size_t i = 0; code == 0 && i < SHOWN; i++)
        if (choice.chosen[i] && quire_cli_columns_add(columns, shown[i].name) != 0)
            code = quire_cli_fail_memory(error);
    /* Of no rows nothing has a value. */
    if (code == 0 && columns->size == 0 && quire_cli_columns_add(columns, "step_name") != 0)
        code = quire_cli_fail_memory(error);
    return code;
}
