/* diff: do two files hold the same rows and types? */
#include <inttypes.h>
#include <string.h>

#include "quire/diff.h"
#include "report_table.h"

struct diff_options {
    int64_t max;
};

/* What the callback works with. */
struct telling {
    struct quire_json *json; /* NULL: for people */
};

static const char *kind_name(enum quire_difference_kind kind)
{
    switch (kind) {
    case QUIRE_DIFFERENCE_COLUMN: return "column";
    case QUIRE_DIFFERENCE_ORDER: return "order";
    case QUIRE_DIFFERENCE_TYPE: return "type";
    case QUIRE_DIFFERENCE_VALUE: return "value";
    default: return "rows";
    }
}

static void tell_json(struct quire_json *json, const struct quire_difference *difference)
{
    quire_json_begin_object(json);
    quire_cli_json_string(json, "kind", kind_name(difference->kind));
    quire_cli_json_known(json, "row", difference->row);
    quire_cli_json_string(json, "column", difference->column);
    quire_cli_json_string(json, "a", difference->a);
    quire_cli_json_string(json, "b", difference->b);
    quire_cli_json_string(json, "cause", difference->cause);
    quire_json_end_object(json);
}

static void tell_text(const struct quire_difference *difference)
{
    if (difference->row != QUIRE_NOWHERE) printf("row %" PRId64 ", ", difference->row);
    if (difference->column != NULL) {
        printf("column ");
        quire_cli_print_plain(difference->column, stdout);
        printf(": ");
    }
    quire_cli_print_plain(difference->cause, stdout);
    putchar('\n');
}

static int tell(void *user, const struct quire_difference *difference, struct quire_error *error)
{
    (void)error;
    const struct telling *telling = user;
    quire_cli_progress_clear();
    if (telling->json != NULL)
        tell_json(telling->json, difference);
    else
        tell_text(difference);
    return 0;
}

static void print_summary(const struct quire_diff_result *result)
{
    if (result->same)
        printf("the same: %" PRId64 " row%s, %" PRId64 " column%s\n", result->rows_a,
               QUIRE_CLI_PLURAL(result->rows_a), result->columns,
               QUIRE_CLI_PLURAL(result->columns));
    else if (!result->complete)
        printf("not everything was compared: there may be more differences\n");
    else if (result->values == 0)
        printf("no values differ in the rows and columns that both have\n");
}

static int compare(struct quire_cli *cli, struct quire_cli_input *a, struct quire_cli_input *b,
                   struct quire_json *json, struct quire_diff_result *result)
{
    const struct diff_options *own = cli->options;
    struct telling telling = {.json = json};
    const struct quire_diff_options options = {.max = own->max, .report = tell, .user = &telling};
    QUIRE_TRY(quire_diff(&a->stream, &b->stream, &options, result, &cli->error));
    QUIRE_TRY(quire_cli_input_done(a, &cli->error));
    return quire_cli_input_done(b, &cli->error);
}

static int compare_json(struct quire_cli *cli, struct quire_cli_input *a, struct quire_cli_input *b,
                        struct quire_json *json, struct quire_diff_result *result)
{
    quire_json_begin_object(json);
    quire_json_key(json, "differences");
    quire_json_begin_array(json);
    QUIRE_TRY(compare(cli, a, b, json, result));
    quire_json_end_array(json);
    quire_cli_json_bool(json, "same", result->same);
    quire_cli_json_bool(json, "complete", result->complete);
    quire_cli_json_i64(json, "rows_a", result->rows_a);
    quire_cli_json_i64(json, "rows_b", result->rows_b);
    quire_cli_json_i64(json, "columns", result->columns);
    quire_json_end_object(json);
    return quire_cli_print_json(json, &cli->error);
}

static int report(struct quire_cli *cli, struct quire_cli_input *a, struct quire_cli_input *b,
                  struct quire_diff_result *result)
{
    if (cli->common.json) {
        struct quire_json *json = NULL;
        QUIRE_TRY(quire_json_new(&json, &cli->error));
        int code = compare_json(cli, a, b, json, result);
        quire_json_free(json);
        return code;
    }
    QUIRE_TRY(compare(cli, a, b, NULL, result));
    quire_cli_progress_clear();
    print_summary(result);
    return 0;
}

static int run(struct quire_cli *cli, int argc, char **argv)
{
    (void)argc;
    QUIRE_CLEANUP(quire_cli_input_release) struct quire_cli_input a = {.context = NULL};
    QUIRE_CLEANUP(quire_cli_input_release) struct quire_cli_input b = {.context = NULL};
    const struct quire_cli_request first = {.names = &argv[0], .names_size = 1};
    const struct quire_cli_request second = {.names = &argv[1], .names_size = 1};
    struct quire_diff_result result;
    if (cli->reading.rejects != NULL)
        return quire_fail(&cli->error, QUIRE_USAGE, "diff",
                          "--rejects takes the records of one file");
    if (strcmp(argv[0], "-") == 0 && strcmp(argv[1], "-") == 0)
        return quire_fail(&cli->error, QUIRE_USAGE, "diff", "standard input cannot be both sides");
    QUIRE_TRY(quire_cli_input_open(cli, &first, &a, &cli->error));
    QUIRE_TRY(quire_cli_input_open(cli, &second, &b, &cli->error));
    QUIRE_TRY(report(cli, &a, &b, &result));
    quire_cli_input_tell(&a);
    quire_cli_input_tell(&b);
    return result.same ? 0 : QUIRE_EXIT_DATA;
}

static const struct quire_option rows[] = {
    {.name = "max",
     .type = QUIRE_OPTION_INT,
     .default_text = "10",
     .offset = offsetof(struct diff_options, max),
     .min = 1,
     .max = INT64_MAX,
     .help = "values that differ to tell of; comparing ends when there is one more"},
};

const struct quire_command quire_command_diff = {
    .name = "diff",
    .operands = "A B",
    .summary = "compare the rows and types of two files",
    .description = "Tells the first differences by row and column. Columns are matched by name; "
                   "where types differ, that is told and values are compared as a type that "
                   "holds both. The exit status is 0 when both hold the same and 1 when not.",
    .flags = QUIRE_COMMAND_READS,
    .operands_min = 2,
    .operands_max = 2,
    .options = {rows, sizeof(rows) / sizeof(rows[0]), sizeof(struct diff_options)},
    .run = run,
};
