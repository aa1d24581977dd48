/* version: what this build is and has. */
#include "backends.h"

static const struct quire_cli_backends *const lists[] = {&quire_cli_formats, &quire_cli_codecs,
                                                         &quire_cli_stores, &quire_cli_features};
#define LISTS_SIZE (sizeof(lists) / sizeof(lists[0]))

static void print_text(const struct quire_cli_backends *backends)
{
    printf("%s:", backends->name);
    for (size_t i = 0; i < backends->size(); i++) {
        struct quire_cli_backend backend = backends->at(i);
        printf(" %s", backend.name);
        if (backend.built_without != NULL) printf(" (built without %s)", backend.built_without);
    }
    printf("\n");
}

static void write_json(struct quire_json *json, const struct quire_cli_backends *backends)
{
    quire_json_key(json, backends->name);
    quire_json_begin_object(json);
    for (size_t i = 0; i < backends->size(); i++) {
        struct quire_cli_backend backend = backends->at(i);
        quire_cli_json_bool(json, backend.name, backend.built_without == NULL);
    }
    quire_json_end_object(json);
}

static int print_json(struct quire_cli *cli)
{
    struct quire_json *json = NULL;
    QUIRE_TRY(quire_json_new(&json, &cli->error));
    quire_json_begin_object(json);
    quire_cli_json_string(json, "version", QUIRE_VERSION);
    for (size_t i = 0; i < LISTS_SIZE; i++)
        write_json(json, lists[i]);
    quire_json_end_object(json);
    int code = quire_cli_print_json(json, &cli->error);
    quire_json_free(json);
    return code;
}

static int run(struct quire_cli *cli, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    if (cli->common.json) return print_json(cli);
    printf("quire %s\n", QUIRE_VERSION);
    for (size_t i = 0; i < LISTS_SIZE; i++)
        print_text(lists[i]);
    return 0;
}

const struct quire_command quire_command_version = {
    .name = "version",
    .operands = "",
    .summary = "print the version and what this build has",
    .run = run,
};
