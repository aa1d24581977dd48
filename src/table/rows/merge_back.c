/* Rows of a batch go by rounds: first those whose keys the table did not have, then those of which
 * it had a row, then those of which it had a second one, and so on. */
#include "table/rows/merge_back.h"

#include "base/cleanup.h"
#include "base/fail.h"
#include "table/rows/batch_columns.h"
#include "table/table_read.h"

#define OPERATION "merge"

struct back {
    struct quire_merge_back_options options;
    struct ArrowSchema wide; /* of rows that are written: with their ids, where these are kept */
    struct quire_row_picker picker;
    struct quire_buf met;     /* struct quire_merge_met, of the rows of a batch */
    struct quire_buf mask;    /* of those */
    struct quire_buf carried; /* const struct quire_number *, of the rows of a round */
    struct quire_buf numbers; /* struct quire_number: a column of those */
};

static void release(struct back *back)
{
    quire_schema_release(&back->wide);
    quire_row_picker_release(&back->picker);
    quire_buf_release(&back->met);
    quire_buf_release(&back->mask);
    quire_buf_release(&back->carried);
    quire_buf_release(&back->numbers);
}

/* --- Rounds ---------------------------------------------------------------------------------- */

static struct quire_merge_met *met_of(const struct back *back)
{
    return (struct quire_merge_met *)(void *)back->met.data;
}

/* Marks the rows of a round: whose key was there at least so many times (0: not at all). */
static int64_t mark(struct back *back, int64_t rows, uint32_t least)
{
    const struct quire_merge_met *met = met_of(back);
    int64_t marked = 0;
    for (int64_t i = 0; i < rows; i++) {
        back->mask.data[i] = least == 0 ? met[i].times == 0 : met[i].times >= least;
        marked += back->mask.data[i];
    }
    return marked;
}

static int pick(struct back *back, const struct ArrowArray *batch, struct ArrowArray *picked,
                struct quire_error *error)
{
    return quire_row_picker_take(&back->picker, batch, back->mask.data, true, picked, error);
}

static int tell(struct back *back, uint32_t least, const struct ArrowArray *rows,
                struct quire_error *error)
{
    struct quire_change_data *changes = back->options.session->changes;
    const bool inserts = least == 0 || back->options.once;
    struct ArrowArray copy = {.release = NULL};
    if (changes == NULL) return 0;
    QUIRE_TRY(quire_row_picker_take(&back->picker, rows, NULL, true, &copy, error));
    return quire_change_data_put(changes, inserts ? "insert" : "update_postimage", &copy, error);
}

/* --- What rows take over --------------------------------------------------------------------- */

/* Collects what the rows of a round take over, of those that the table had. */
static int collect(struct back *back, int64_t rows, struct quire_error *error)
{
    struct quire_merge_met *met = met_of(back);
    quire_buf_clear(&back->carried);
    for (int64_t i = 0; i < rows; i++) {
        if (back->mask.data[i] == 0) continue;
        const struct quire_number *values =
            quire_merge_keys_carried(back->options.keys, &met[i].row);
        if (quire_buf_append(&back->carried, &values, sizeof(values)) != 0)
            return quire_fail_memory(error, OPERATION);
    }
    return 0;
}

/* A column of what is carried at that place; where nothing is, of nulls. */
static int make_column(struct back *back, bool carried, size_t place, int64_t rows,
                       struct ArrowArray *column, struct quire_error *error)
{
    const struct quire_number *const *values =
        (const struct quire_number *const *)(const void *)back->carried.data;
    quire_buf_clear(&back->numbers);
    if (quire_buf_reserve(&back->numbers, ((size_t)rows + 1) * sizeof(struct quire_number)) != 0)
        return quire_fail_memory(error, OPERATION);
    struct quire_number *numbers = (struct quire_number *)(void *)back->numbers.data;
    for (int64_t i = 0; i < rows; i++)
        numbers[i] = carried ? values[i][place] : (struct quire_number){0, true};
    return quire_number_column(numbers, rows, column, error);
}

/* Values of identity columns: rows that are new get theirs. */
static int identify(struct back *back, bool known, struct ArrowArray *rows,
                    struct quire_error *error)
{
    const struct quire_identities *all = quire_row_writer_identities(back->options.session->writer);
    for (size_t i = 0; i < back->options.identities_size; i++) {
        const struct quire_merge_identity *wanted = &back->options.identities[i];
        struct quire_identity *one = &all->items[wanted->number];
        struct ArrowArray *column = rows->children[one->column], made = {.release = NULL};
        if (known || !wanted->comes) {
            QUIRE_TRY(make_column(back, known, i, rows->length, &made, error));
            quire_array_release(column);
            *column = made;
        }
        if (known) continue;
        int code = quire_identity_fill(one, rows, error);
        if (code != 0 && error != NULL) error->row = QUIRE_NOWHERE; /* that of a round */
        QUIRE_TRY(code);
    }
    return 0;
}

/* Puts the ids behind rows that these take over, and none for those that are new; versions are
 * those of the commit. Takes the rows unless it fails. */
static int track(struct back *back, bool known, struct ArrowArray *rows, struct ArrowArray *wide,
                 struct quire_error *error)
{
    QUIRE_CLEANUP(quire_array_release) struct ArrowArray made = {.release = NULL};
    const int64_t columns = rows->n_children, length = rows->length;
    const size_t place = back->options.identities_size;
    QUIRE_TRY(quire_batch_columns_new(length, columns + QUIRE_ROW_TRACKING_COLUMNS, &made, error));
    QUIRE_TRY(make_column(back, known, place, length, made.children[columns], error));
    QUIRE_TRY(make_column(back, false, 0, length, made.children[columns + 1], error));
    for (int64_t i = 0; i < columns; i++) {
        *made.children[i] = *rows->children[i];
        rows->children[i]->release = NULL;
    }
    *wide = made;
    made.release = NULL;
    return 0;
}

/* --- Rows that are written ------------------------------------------------------------------- */

/* Takes the rows. */
static int write(struct back *back, struct ArrowArray *rows, struct quire_error *error)
{
    struct ArrowSchema schema;
    struct ArrowArrayStream stream = {.release = NULL};
    int code = quire_schema_copy(&back->wide, &schema, error);
    if (code == 0) {
        code = quire_stream_of_batches(&schema, rows, 1, &stream, error);
        if (code != 0) quire_schema_release(&schema);
    }
    if (code == 0) code = quire_row_writer_copy(back->options.session->writer, &stream, error);
    quire_stream_release(&stream);
    quire_array_release(rows);
    return code;
}

static int finish_round(struct back *back, struct ArrowArray *rows, int64_t batch_rows,
                        uint32_t least, struct quire_error *error)
{
    const bool anew = back->options.anew, known = least > 0;
    struct ArrowArray wide = {.release = NULL};
    if (anew && known) QUIRE_TRY(collect(back, batch_rows, error));
    if (anew) QUIRE_TRY(identify(back, known, rows, error));
    QUIRE_TRY(tell(back, least, rows, error));
    if (!anew && least <= 1) return 0;
    if (back->options.session->tracking.id == NULL) return write(back, rows, error);
    QUIRE_TRY(track(back, known, rows, &wide, error));
    return write(back, &wide, error);
}

static int go_round(struct back *back, const struct ArrowArray *batch, uint32_t least, bool *any,
                    struct quire_error *error)
{
    QUIRE_CLEANUP(quire_array_release) struct ArrowArray rows = {.release = NULL};
    *any = mark(back, batch->length, least) > 0;
    if (!*any) return 0;
    QUIRE_TRY(pick(back, batch, &rows, error));
    return finish_round(back, &rows, batch->length, least, error);
}

/* --- Files ----------------------------------------------------------------------------------- */

static int read_batch(struct back *back, const struct ArrowArray *batch, struct quire_error *error)
{
    size_t rows = (size_t)batch->length;
    bool any;
    quire_buf_clear(&back->met);
    quire_buf_clear(&back->mask);
    if (quire_buf_reserve(&back->met, (rows + 1) * sizeof(struct quire_merge_met)) != 0 ||
        quire_buf_reserve(&back->mask, rows + 1) != 0)
        return quire_fail_memory(error, OPERATION);
    QUIRE_TRY(quire_merge_keys_meet(back->options.keys, batch, met_of(back), error));
    QUIRE_TRY(go_round(back, batch, 0, &any, error));
    QUIRE_TRY(go_round(back, batch, 1, &any, error));
    for (uint32_t least = 2; any && !back->options.once; least++)
        QUIRE_TRY(go_round(back, batch, least, &any, error));
    return 0;
}

static int read_file(struct back *back, const struct quire_add *add, struct quire_error *error)
{
    const struct quire_transaction *transaction = back->options.session->transaction;
    const struct quire_files_wanted wanted = {
        .files = add,
        .size = 1,
        .metadata = quire_transaction_next_metadata(transaction),
        .protocol = quire_transaction_next_protocol(transaction),
    };
    const struct quire_table_read_options options = {.context =
                                                         back->options.session->options.context};
    const struct quire_row_matcher matcher = quire_merge_keys_matcher(back->options.keys);
    QUIRE_CLEANUP(quire_stream_release) struct ArrowArrayStream stream = {.release = NULL};
    QUIRE_TRY(quire_snapshot_read(transaction->base, &wanted, &options, &stream, error));
    QUIRE_TRY(matcher.bind(matcher.user, back->options.schema, error));
    for (;;) {
        QUIRE_CLEANUP(quire_array_release) struct ArrowArray batch = {.release = NULL};
        QUIRE_TRY(quire_stream_next(&stream, &batch, error));
        if (batch.release == NULL) return 0;
        QUIRE_TRY(read_batch(back, &batch, error));
    }
}

int quire_merge_back(const struct quire_merge_back_options *options, const struct quire_buf *files,
                     struct quire_error *error)
{
    QUIRE_CLEANUP(release) struct back back = {.options = *options};
    const struct quire_add *adds = (const struct quire_add *)(const void *)files->data;
    QUIRE_TRY(quire_schema_copy(options->schema, &back.wide, error));
    QUIRE_TRY(quire_row_tracking_widen(&options->session->tracking, &back.wide, error));
    QUIRE_TRY(quire_row_picker_open(&back.picker, options->schema, error));
    for (size_t i = 0; i < files->size / sizeof(*adds); i++)
        QUIRE_TRY(read_file(&back, &adds[i], error));
    return 0;
}
