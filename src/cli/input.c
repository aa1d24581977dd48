/* Inputs as one stream: names, format, settings, schema, columns, rejects, in this
 * order, because each needs what comes before it. */
#include "input.h"

#include <inttypes.h>
#include <string.h>

#include "apart.h"
#include "args.h"
#include "where.h"

/* What is asked for ------------------------------------------------------------------ */

/* Rows that break rules have the rejects file for themselves where bad records go elsewhere. */
static int check_rejects(const struct quire_cli *cli, const struct quire_cli_request *request,
                         struct quire_error *error)
{
    const struct quire_cli_reading *reading = &cli->reading;
    bool given = quire_cli_is_given(cli, "on-bad"), reject = reading->on_bad == QUIRE_ON_BAD_REJECT;
    if (reading->rejects != NULL && given && !reject && request->rules == NULL)
        return quire_fail(error, QUIRE_USAGE, cli->command->name,
                          "--rejects goes with --on-bad reject alone");
    if (reading->rejects == NULL && reject) {
        quire_fail(error, QUIRE_USAGE, cli->command->name, "--on-bad reject needs --rejects FILE");
        quire_error_hint(error, "or use --on-bad null to keep the rest of the record");
        return QUIRE_USAGE;
    }
    return 0;
}

static int find_format(const struct quire_cli *cli, const struct quire_cli_input *input,
                       const struct quire_format **format, struct quire_error *error)
{
    if (cli->reading.from != NULL) return quire_format_find(cli->reading.from, format, error);
    return quire_format_find_path(input->names[0], format, error);
}

/* The rejects must not replace a file that is read. */
static int check_rejects_apart(const struct quire_cli *cli, const char *what, const char *name,
                               struct quire_error *error)
{
    if (name == NULL || !quire_file_same(cli->reading.rejects, name)) return 0;
    return quire_fail(error, QUIRE_USAGE, cli->command->name, "the rejects file is %s: %.300s",
                      what, name);
}

static int open_rejects(struct quire_cli *cli, struct quire_cli_input *input,
                        struct quire_error *error)
{
    const char *path = cli->reading.rejects;
    const struct quire_write_options options = {
        .durability = (enum quire_durability)cli->common.durability,
    };
    if (path == NULL) return 0;
    for (size_t i = 0; i < input->names_size; i++)
        QUIRE_TRY(check_rejects_apart(cli, "one of the inputs", input->names[i], error));
    QUIRE_TRY(check_rejects_apart(cli, "the schema file", cli->reading.schema, error));
    QUIRE_TRY(check_rejects_apart(cli, "the configuration file", cli->common.config, error));
    QUIRE_TRY(quire_cli_apart_from_tables(cli, "the rejects file", path, error));
    input->rejects_path = path;
    QUIRE_TRY(quire_rejects_open(path, &options, &input->rejects, error));
    input->numbers = (struct quire_cli_record_numbers){.rejects = input->rejects,
                                                       .counts = &input->counts,
                                                       .names = input->names,
                                                       .filtered = cli->reading.where != NULL};
    return 0;
}

/* The stream ---------------------------------------------------------------------------- */

static struct quire_record_policy make_policy(const struct quire_cli *cli,
                                              struct quire_cli_input *input)
{
    const struct quire_cli_reading *reading = &cli->reading;
    /* A column that is neither in the schema nor selected is not missed. */
    bool unselected = input->columns.size > 0 && input->schema.release != NULL &&
                      !quire_cli_is_given(cli, "extra");
    bool rejects = input->rejects != NULL &&
                   (reading->on_bad == QUIRE_ON_BAD_REJECT || !quire_cli_is_given(cli, "on-bad"));
    return (struct quire_record_policy){
        .schema = input->schema.release != NULL ? &input->schema : NULL,
        .infer_rows = reading->infer_rows,
        .mixed = (enum quire_mixed)reading->mixed,
        .numbers = (enum quire_numbers)reading->numbers,
        .on_bad = rejects ? QUIRE_ON_BAD_REJECT : (enum quire_on_bad)reading->on_bad,
        .extra = unselected ? QUIRE_EXTRA_IGNORE : (enum quire_extra)reading->extra,
        .missing = (enum quire_missing)reading->missing,
        .any_case = input->any_case,
        .reject = rejects ? quire_cli_reject_record : NULL,
        .reject_user = &input->numbers,
        .counts = &input->counts,
    };
}

/* Where rows are counted and no column is wanted, nothing hangs on the types that a
 * sample has or on the fields of others; what was asked for stands. */
static void let_all_through(const struct quire_cli *cli, struct quire_record_policy *records)
{
    if (records->schema != NULL) return;
    if (!quire_cli_is_given(cli, "mixed")) records->mixed = QUIRE_MIXED_JSON;
    if (!quire_cli_is_given(cli, "numbers")) records->numbers = QUIRE_NUMBERS_FLOAT;
    if (!quire_cli_is_given(cli, "extra")) records->extra = QUIRE_EXTRA_IGNORE;
}

/* Columns that must be read: selected, to sort by, to filter by, and to check. */
static size_t wanted_size(const struct quire_cli_input *input)
{
    return input->columns.size + input->others.size + input->filters.size + input->checked.size;
}

static const char *wanted_name(const struct quire_cli_input *input, size_t i)
{
    if (i < input->columns.size) return input->columns.names[i];
    i -= input->columns.size;
    if (i < input->others.size) return input->others.names[i];
    i -= input->others.size;
    if (i < input->filters.size) return input->filters.names[i];
    return input->checked.names[i - input->filters.size];
}

/* Leaves of input->stream what --where and --select ask for. */
static int choose_rows(struct quire_cli *cli, struct quire_cli_input *input,
                       struct quire_error *error)
{
    if (cli->reading.where != NULL)
        QUIRE_TRY(quire_cli_where_filter(cli->reading.where, &input->stream, error));
    if (input->others.size > 0 || input->checked.size > 0) return 0;
    return quire_cli_input_select(input, error);
}

/* Whether the format may know, of one input that can be opened twice, which rows cannot be wanted.
 * Under a schema of one's own its columns may be of other types than the file's. */
static bool passes_over(const struct quire_cli *cli, const struct quire_cli_input *input)
{
    const struct quire_format *format = NULL;
    if (cli->reading.where == NULL || input->names_size != 1 || input->schema.release != NULL ||
        !quire_file_rereadable(input->names[0]))
        return false;
    return find_format(cli, input, &format, NULL) == 0 && format != NULL &&
           (format->flags & QUIRE_FORMAT_RANDOM_IN) != 0;
}

/* The condition is bound to the schema of the stream that is open, which then is opened anew with
 * what the condition asks of single columns. The filter still looks at every row. */
static int reopen_conditioned(struct quire_cli *cli, struct quire_read_options *options,
                              struct quire_cli_input *input, struct quire_error *error)
{
    struct quire_expr *expr = NULL;
    int code = quire_cli_where_conditions(cli->reading.where, &input->stream, &expr,
                                          &options->records, error);
    if (code == 0 && options->records.conditions_size > 0) {
        quire_stream_release(&input->stream);
        code = quire_file_read_all((const char *const *)input->names, input->names_size, options,
                                   &input->stream, error);
    }
    quire_expr_free(expr);
    return code;
}

/* columns: the top-level ones that the decoder is to deliver; NULL: all. */
static int open_stream(struct quire_cli *cli, const struct quire_cli_request *request,
                       struct quire_cli_input *input, char *const *columns,
                       struct quire_error *error)
{
    struct quire_read_options options = {
        .format = cli->reading.from,
        .settings = input->settings,
        .settings_size = input->settings_size,
        .records = make_policy(cli, input),
        .context = input->context,
        .folder = quire_cli_environment_get("TMPDIR"),
    };
    bool counts_only = request->rows_only && cli->reading.where == NULL && input->checked.size == 0;
    if (counts_only) let_all_through(cli, &options.records);
    if (counts_only || columns != NULL) {
        options.records.columns = (const char *const *)columns;
        options.records.columns_size = columns != NULL ? wanted_size(input) : 0;
        options.records.columns_given = true;
    }
    QUIRE_TRY(quire_file_read_all((const char *const *)input->names, input->names_size, &options,
                                  &input->stream, error));
    if (passes_over(cli, input)) QUIRE_TRY(reopen_conditioned(cli, &options, input, error));
    return choose_rows(cli, input, error);
}

int quire_cli_input_select(struct quire_cli_input *input, struct quire_error *error)
{
    if (input->columns.size == 0) return 0;
    struct ArrowArrayStream selected = {.release = NULL};
    QUIRE_TRY(quire_stream_select(&input->stream, (const char *const *)input->columns.names,
                                  input->columns.size, &selected, error));
    input->stream = selected;
    return 0;
}

static bool is_selected(const struct quire_cli_input *input, const char *name)
{
    for (size_t i = 0; i < input->columns.size; i++) {
        size_t size = strlen(input->columns.names[i]);
        if (strncmp(input->columns.names[i], name, size) == 0 &&
            (name[size] == '\0' || name[size] == '.'))
            return true;
    }
    return false;
}

/* Columns to sort by that are not selected are read, and left out when the rows are sorted. */
static int find_others(const char *sort, struct quire_cli_input *input, struct quire_error *error)
{
    bool selected = true;
    if (sort == NULL || input->columns.size == 0) return 0;
    QUIRE_TRY(quire_cli_columns_split("sort", sort, &input->others, error));
    for (size_t i = 0; i < input->others.size; i++) {
        char *name = input->others.names[i];
        if (name[0] == '-') memmove(name, name + 1, strlen(name));
        selected = selected && is_selected(input, name);
    }
    if (selected) quire_cli_columns_release(&input->others);
    return 0;
}

/* Of one input only the columns that are wanted are parsed: "a" of "a.b". When the
 * first part of a name is no column (there is one "a.b", or one that a condition names in
 * another case) that fails, and all columns are parsed after all, which takes a second look
 * at the input. The schema of several
 * inputs is settled from all of their columns. */
static int open_selected(struct quire_cli *cli, const struct quire_cli_request *request,
                         struct quire_cli_input *input, struct quire_error *error)
{
    bool nested = input->filters.size > 0 || input->checked.size > 0;
    size_t size = wanted_size(input);
    for (size_t i = 0; i < size; i++)
        nested = nested || strchr(wanted_name(input, i), '.') != NULL;
    if (input->names_size > 1 || (nested && !quire_file_rereadable(input->names[0])))
        return open_stream(cli, request, input, NULL, error);
    char **tops = quire_alloc_zero(size + 1, sizeof(*tops));
    if (tops == NULL) return quire_cli_fail_memory(error);
    int code = 0;
    for (size_t i = 0; i < size && code == 0; i++) {
        const char *name = wanted_name(input, i);
        bool whole = i >= input->columns.size + input->others.size;
        tops[i] = quire_strndup(name, whole ? strlen(name) : strcspn(name, "."));
        if (tops[i] == NULL) code = quire_cli_fail_memory(error);
    }
    if (code == 0) code = open_stream(cli, request, input, tops, error);
    for (size_t i = 0; i < size; i++)
        quire_free(tops[i]);
    quire_free(tops);
    if (code != QUIRE_USAGE || !nested) return code;
    quire_stream_release(&input->stream);
    return open_stream(cli, request, input, NULL, error);
}

int quire_cli_input_settings(struct quire_cli *cli, char *name, struct quire_cli_input *input,
                             struct quire_error *error)
{
    const struct quire_format *from = NULL;
    char *const names[] = {name};
    *input = (struct quire_cli_input){.context = NULL};
    if (cli->reading.where != NULL)
        return quire_fail(error, QUIRE_USAGE, cli->command->name,
                          "--where chooses rows, which this command does not read");
    QUIRE_TRY(quire_cli_context(cli, &input->context, error));
    QUIRE_TRY(
        quire_file_expand((const char *const *)names, 1, &input->names, &input->names_size, error));
    QUIRE_TRY(find_format(cli, input, &from, error));
    return quire_cli_settings_route(cli, from, NULL, input, error);
}

/* Whether the types of the rows are the file's to say: not under options that go by the schema that
 * is given. */
static bool says_types(const struct quire_cli *cli, const struct quire_cli_request *request,
                       const struct quire_format *from)
{
    bool plain = !quire_cli_is_given(cli, "extra") && !quire_cli_is_given(cli, "missing") &&
                 !quire_cli_is_given(cli, "on-bad");
    return request->own_types && plain && from != NULL && (from->flags & QUIRE_FORMAT_TYPED) != 0;
}

int quire_cli_input_open(struct quire_cli *cli, const struct quire_cli_request *request,
                         struct quire_cli_input *input, struct quire_error *error)
{
    const struct quire_cli_reading *reading = &cli->reading;
    const struct quire_format *from = NULL;
    *input = (struct quire_cli_input){.context = NULL};
    QUIRE_TRY(check_rejects(cli, request, error));
    QUIRE_TRY(quire_cli_context(cli, &input->context, error));
    input->any_case = request->any_case;
    QUIRE_TRY(quire_file_expand((const char *const *)request->names, request->names_size,
                                &input->names, &input->names_size, error));
    QUIRE_TRY(find_format(cli, input, &from, error));
    QUIRE_TRY(quire_cli_settings_route(cli, from, request->output, input, error));
    if (reading->schema != NULL)
        QUIRE_TRY(quire_cli_schema_read(reading->schema, input->context, &input->schema, error));
    else if (request->schema != NULL && !says_types(cli, request, from))
        QUIRE_TRY(quire_schema_copy(request->schema, &input->schema, error));
    if (reading->select != NULL && !request->rows_only)
        QUIRE_TRY(quire_cli_columns_split("select", reading->select, &input->columns, error));
    QUIRE_TRY(find_others(request->sort, input, error));
    bool selects = input->columns.size > 0 || request->rows_only;
    if (reading->where != NULL && selects)
        QUIRE_TRY(quire_cli_where_columns(reading->where, &input->filters, error));
    if (request->rules != NULL && selects &&
        quire_rules_each_column(request->rules, quire_cli_columns_add, &input->checked) != 0)
        return quire_cli_fail_memory(error);
    QUIRE_TRY(open_rejects(cli, input, error));
    if (wanted_size(input) > 0) return open_selected(cli, request, input, error);
    return open_stream(cli, request, input, NULL, error);
}

int quire_cli_input_choose(struct quire_cli *cli, const struct quire_format *output,
                           struct quire_cli_input *input, struct quire_error *error)
{
    const struct quire_cli_reading *reading = &cli->reading;
    *input = (struct quire_cli_input){.context = NULL};
    QUIRE_TRY(quire_cli_context(cli, &input->context, error));
    QUIRE_TRY(quire_cli_settings_route(cli, NULL, output, input, error));
    if (reading->select != NULL)
        QUIRE_TRY(quire_cli_columns_split("select", reading->select, &input->columns, error));
    if (reading->where == NULL) return 0;
    return quire_cli_where_columns(reading->where, &input->filters, error);
}

int quire_cli_input_take(struct quire_cli *cli, struct ArrowArrayStream *rows,
                         struct quire_cli_input *input, struct quire_error *error)
{
    input->stream = *rows;
    rows->release = NULL;
    return choose_rows(cli, input, error);
}

int quire_cli_input_done(struct quire_cli_input *input, struct quire_error *error)
{
    QUIRE_TRY(quire_context_check(input->context, error));
    return input->rejects != NULL ? quire_rejects_commit(input->rejects, error) : 0;
}

void quire_cli_input_tell(const struct quire_cli_input *input)
{
    const struct quire_record_counts *counts = &input->counts;
    if (counts->nulled == 0 && counts->rejected == 0) return;
    quire_cli_progress_clear();
    if (counts->nulled > 0)
        fprintf(stderr, "quire: %" PRId64 " value%s did not fit and became null\n", counts->nulled,
                QUIRE_CLI_PLURAL(counts->nulled));
    if (counts->rejected > 0)
        fprintf(stderr, "quire: %" PRId64 " record%s did not fit and went to %s\n",
                counts->rejected, QUIRE_CLI_PLURAL(counts->rejected), input->rejects_path);
}

void quire_cli_input_release(struct quire_cli_input *input)
{
    quire_stream_release(&input->stream);
    quire_rejects_close(input->rejects);
    quire_cli_record_numbers_release(&input->numbers);
    quire_schema_release(&input->schema);
    quire_cli_columns_release(&input->columns);
    quire_cli_columns_release(&input->others);
    quire_cli_columns_release(&input->filters);
    quire_cli_columns_release(&input->checked);
    quire_free(input->settings);
    quire_free(input->output_settings);
    quire_names_free(input->names, input->names_size);
    quire_context_free(input->context);
    *input = (struct quire_cli_input){.context = NULL};
}
