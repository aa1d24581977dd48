/* formats, codecs, stores, queues: what this build has, with its options. */
#include <string.h>

#include "backends.h"
#include "report_table.h"

struct registry {
    const struct quire_cli_backends *backends;
    const char *one;        /* "format" */
    const char *extensions; /* "extensions", "schemes" */
    bool levels;
    bool two_sides; /* options of reading and of writing are not the same */
};

/* --- As JSON --- */

static const char *type_name(enum quire_option_type type)
{
    static const char *const names[] = {
        [QUIRE_OPTION_BOOL] = "bool",     [QUIRE_OPTION_INT] = "int",
        [QUIRE_OPTION_SIZE] = "size",     [QUIRE_OPTION_DURATION] = "duration",
        [QUIRE_OPTION_NUMBER] = "number", [QUIRE_OPTION_TEXT] = "text",
        [QUIRE_OPTION_CHAR] = "char",     [QUIRE_OPTION_CHOICE] = "choice",
        [QUIRE_OPTION_KEYED] = "keyed",
    };
    return names[type];
}

/* "a|b" as ["a", "b"]. */
static void write_list(struct quire_json *json, const char *list)
{
    char item[64];
    quire_json_begin_array(json);
    while (*list != '\0') {
        size_t size = strcspn(list, "|");
        snprintf(item, sizeof(item), "%.*s", (int)size, list);
        quire_json_string(json, item);
        list += size;
        list += *list == '|';
    }
    quire_json_end_array(json);
}

static void write_option(struct quire_json *json, const struct quire_option *row)
{
    quire_json_begin_object(json);
    quire_cli_json_string(json, "name", row->name);
    quire_cli_json_string(json, "type", type_name(row->type));
    quire_cli_json_string(json, "default", row->default_text);
    if (row->choices != NULL) {
        quire_json_key(json, "choices");
        write_list(json, row->choices);
    }
    if (row->max > 0) {
        quire_cli_json_i64(json, "min", row->min);
        quire_cli_json_i64(json, "max", row->max);
    }
    quire_cli_json_string(json, "help", row->help);
    quire_json_end_object(json);
}

static void write_options(struct quire_json *json, const char *key,
                          const struct quire_option_table *table)
{
    quire_json_key(json, key);
    quire_json_begin_array(json);
    for (size_t i = 0; i < table->rows_size; i++)
        write_option(json, &table->rows[i]);
    quire_json_end_array(json);
}

static void write_backend(struct quire_json *json, const struct registry *registry,
                          const struct quire_cli_backend *backend)
{
    quire_json_begin_object(json);
    quire_cli_json_string(json, "name", backend->name);
    quire_cli_json_string(json, "summary", backend->summary);
    quire_json_key(json, registry->extensions);
    write_list(json, backend->extensions);
    quire_cli_json_bool(json, "read", backend->reads);
    quire_cli_json_bool(json, "write", backend->writes);
    quire_cli_json_string(json, "built_without", backend->built_without);
    if (registry->levels) {
        quire_cli_json_i64(json, "level_min", backend->level_min);
        quire_cli_json_i64(json, "level_max", backend->level_max);
        quire_cli_json_i64(json, "level_default", backend->level_default);
    } else if (registry->two_sides) {
        write_options(json, "read_options", &backend->read_options);
        write_options(json, "write_options", &backend->write_options);
    } else {
        write_options(json, "options", &backend->write_options);
    }
    quire_json_end_object(json);
}

static int print_json(struct quire_cli *cli, const struct registry *registry, size_t first,
                      size_t end)
{
    struct quire_json *json = NULL;
    QUIRE_TRY(quire_json_new(&json, &cli->error));
    int code = 0;
    for (size_t i = first; code == 0 && i < end; i++) {
        struct quire_cli_backend backend = registry->backends->at(i);
        quire_json_clear(json);
        write_backend(json, registry, &backend);
        code = quire_cli_print_json(json, &cli->error);
    }
    quire_json_free(json);
    return code;
}

/* --- For people --- */

static int append_list(struct quire_cli_report *report, const char *list, struct quire_error *error)
{
    char text[128];
    size_t used = 0;
    for (; *list != '\0' && used + 3 < sizeof(text); list++) {
        if (*list != '|')
            text[used++] = *list;
        else if (list[1] != '\0') {
            text[used++] = ',';
            text[used++] = ' ';
        }
    }
    text[used] = '\0';
    return quire_cli_report_text(report, used > 0 ? text : NULL, error);
}

static int append_levels(struct quire_cli_report *report, const struct quire_cli_backend *backend,
                         struct quire_error *error)
{
    char text[64];
    bool any = backend->level_max > backend->level_min;
    snprintf(text, sizeof(text), "%d to %d (%d)", backend->level_min, backend->level_max,
             backend->level_default);
    return quire_cli_report_text(report, any ? text : NULL, error);
}

static int append_backend(struct quire_cli_report *report, const struct registry *registry,
                          const struct quire_cli_backend *backend, struct quire_error *error)
{
    char summary[256];
    const char *use = backend->reads && backend->writes ? "read, write"
                      : backend->reads                  ? "read"
                      : backend->writes                 ? "write"
                                                        : "blocks";
    snprintf(summary, sizeof(summary), "%s", backend->summary);
    if (backend->built_without != NULL) {
        use = NULL;
        snprintf(summary, sizeof(summary), "not in this build: built without %s",
                 backend->built_without);
    }
    QUIRE_TRY(quire_cli_report_text(report, backend->name, error));
    QUIRE_TRY(append_list(report, backend->extensions, error));
    QUIRE_TRY(quire_cli_report_text(report, use, error));
    if (registry->levels) QUIRE_TRY(append_levels(report, backend, error));
    QUIRE_TRY(quire_cli_report_text(report, summary, error));
    return quire_builder_end_row(report->rows, error);
}

static int print_overview(struct quire_cli *cli, const struct registry *registry)
{
    QUIRE_CLEANUP(quire_cli_report_release) struct quire_cli_report report = {.rows = NULL};
    char schema[128];
    snprintf(schema, sizeof(schema), "%s string, %s string, use string, %ssummary string",
             registry->one, registry->extensions, registry->levels ? "levels string, " : "");
    QUIRE_TRY(quire_cli_report_begin(&report, schema, &cli->error));
    for (size_t i = 0; i < registry->backends->size(); i++) {
        struct quire_cli_backend backend = registry->backends->at(i);
        QUIRE_TRY(append_backend(&report, registry, &backend, &cli->error));
    }
    QUIRE_TRY(quire_cli_report_draw(cli, &report, &cli->error));
    if (!registry->levels)
        printf("\"quire %s NAME\" shows the options of one; --set name=value gives them\n",
               cli->command->name);
    return 0;
}

static void print_options(const char *title, const struct quire_option_table *table)
{
    if (table->rows_size > 0) printf("\n%s\n", title);
    for (size_t i = 0; i < table->rows_size; i++) {
        const struct quire_option *row = &table->rows[i];
        printf("    %s  %s", row->name, row->choices != NULL ? row->choices : type_name(row->type));
        if (row->default_text != NULL) printf(", default %s", row->default_text);
        printf("\n        %s\n", row->help);
    }
}

static void print_one(const struct registry *registry, const struct quire_cli_backend *backend)
{
    printf("%s: %s\n", backend->name, backend->summary);
    if (backend->built_without != NULL)
        printf("not in this build: built without %s\n", backend->built_without);
    if (registry->levels && backend->level_max > backend->level_min)
        printf("levels %d to %d, by default %d: --compression %s:%d\n", backend->level_min,
               backend->level_max, backend->level_default, backend->name, backend->level_max);
    if (backend->read_options.rows_size + backend->write_options.rows_size == 0 &&
        !registry->levels)
        printf("no options\n");
    print_options("Reading", &backend->read_options);
    print_options(registry->two_sides ? "Writing" : "Options", &backend->write_options);
}

/* --- The commands --- */

static int find(struct quire_cli *cli, const struct registry *registry, const char *name,
                size_t *index)
{
    const char *names[128];
    size_t size = 0;
    for (size_t i = 0; i < registry->backends->size(); i++) {
        const char *known = registry->backends->at(i).name;
        if (strcmp(known, name) == 0) {
            *index = i;
            return 0;
        }
        if (size < sizeof(names) / sizeof(names[0])) names[size++] = known;
    }
    quire_fail(&cli->error, QUIRE_USAGE, cli->command->name, "there is no %s \"%.80s\"",
               registry->one, name);
    const char *nearest = quire_options_nearest(names, size, name);
    if (nearest != NULL)
        quire_error_hint(&cli->error, "did you mean %s?", nearest);
    else
        quire_error_hint(&cli->error, "\"quire %s\" lists them", cli->command->name);
    return QUIRE_USAGE;
}

static int list(struct quire_cli *cli, const struct registry *registry, int argc, char **argv)
{
    size_t index = 0;
    if (argc > 0) QUIRE_TRY(find(cli, registry, argv[0], &index));
    if (cli->common.json)
        return print_json(cli, registry, index, argc > 0 ? index + 1 : registry->backends->size());
    if (argc == 0) return print_overview(cli, registry);
    struct quire_cli_backend backend = registry->backends->at(index);
    print_one(registry, &backend);
    return 0;
}

static int run_formats(struct quire_cli *cli, int argc, char **argv)
{
    const struct registry registry = {.backends = &quire_cli_formats,
                                      .one = "format",
                                      .extensions = "extensions",
                                      .two_sides = true};
    return list(cli, &registry, argc, argv);
}

static int run_codecs(struct quire_cli *cli, int argc, char **argv)
{
    const struct registry registry = {
        .backends = &quire_cli_codecs, .one = "codec", .extensions = "extensions", .levels = true};
    return list(cli, &registry, argc, argv);
}

static int run_stores(struct quire_cli *cli, int argc, char **argv)
{
    const struct registry registry = {
        .backends = &quire_cli_stores, .one = "store", .extensions = "schemes"};
    return list(cli, &registry, argc, argv);
}

static int run_queues(struct quire_cli *cli, int argc, char **argv)
{
    const struct registry registry = {.backends = &quire_cli_queues, .one = "queue"};
    size_t index;
    if (argc > 0) return find(cli, &registry, argv[0], &index);
    if (!cli->common.json) printf("this build has no queues\n");
    return 0;
}

#define COMMAND(name_text, summary_text, run_function)                                           \
    {                                                                                            \
        .name = (name_text), .operands = "[NAME]", .summary = (summary_text),                    \
        .description = "With a name, the options of that one. --json prints one object a line, " \
                       "options included.",                                                      \
        .operands_max = 1, .run = (run_function)                                                 \
    }

const struct quire_command quire_command_formats =
    COMMAND("formats", "list the file formats of this build", run_formats);
const struct quire_command quire_command_codecs =
    COMMAND("codecs", "list the compressions of this build", run_codecs);
const struct quire_command quire_command_stores =
    COMMAND("stores", "list the stores of this build", run_stores);
const struct quire_command quire_command_queues =
    COMMAND("queues", "list the message queues of this build", run_queues);
