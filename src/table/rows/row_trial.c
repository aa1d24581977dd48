/* A transaction that is never committed, with a row writer that has no files. */
#include "table/rows/row_trial.h"

#include "base/cleanup.h"
#include "base/fail.h"
#include "table/rows/change_session.h"
#include "table/rows/row_writer.h"
#include "table/schema/schema_evolve.h"
#include "table/schema/table_features.h"

struct quire_row_trial {
    struct quire_row_writer_options writing;
    struct quire_transaction *transaction;
    struct quire_row_writer *writer;
};

static int open_trial(struct quire_row_trial *trial, const char *url,
                      const struct ArrowSchema *rows, const struct quire_row_trial_options *options,
                      struct quire_error *error)
{
    const struct quire_transaction_options how = {.verb = options->verb};
    trial->writing =
        (struct quire_row_writer_options){.context = options->context, .only_checks = true};
    QUIRE_TRY(quire_transaction_open(url, &how, &trial->transaction, error));
    QUIRE_TRY(quire_features_check_write(trial->transaction->base, options->verb, error));
    if (options->changes) QUIRE_TRY(quire_change_check(trial->transaction, error));
    if (options->evolve != QUIRE_TABLE_EVOLVE_OFF)
        QUIRE_TRY(quire_schema_evolve(trial->transaction, rows, options->evolve, error));
    return quire_row_writer_open(trial->transaction, &trial->writing, &trial->writer, error);
}

int quire_row_trial_open(const char *url, const struct ArrowSchema *rows,
                         const struct quire_row_trial_options *options,
                         struct quire_row_trial **trial, struct quire_error *error)
{
    struct quire_row_trial *made = quire_alloc_zero(1, sizeof(*made));
    if (made == NULL) return quire_fail_memory(error, options->verb);
    int code = open_trial(made, url, rows, options, error);
    if (code == 0)
        *trial = made;
    else
        quire_row_trial_close(made);
    return code;
}

void quire_row_trial_close(struct quire_row_trial *trial)
{
    if (trial == NULL) return;
    quire_row_writer_close(trial->writer);
    quire_transaction_close(trial->transaction);
    quire_free(trial);
}

int quire_row_trial_take(struct quire_row_trial *trial, struct ArrowArrayStream *rows,
                         struct quire_error *error)
{
    return quire_row_writer_write(trial->writer, rows, error);
}
