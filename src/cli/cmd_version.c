/* version: what this build is and has. */
#include "cli.h"

struct feature {
    const char *name;
    const char *built_without;
};

/* One list of backends: the i-th row, for i below the size. */
struct features {
    const char *title;
    size_t size;
    struct feature (*at)(size_t i);
};

static struct feature format_at(size_t i)
{
    size_t size;
    const struct quire_format *format = quire_formats(&size)[i];
    return (struct feature){format->name, format->built_without};
}

static struct feature codec_at(size_t i)
{
    size_t size;
    const struct quire_codec *codec = quire_codecs(&size)[i];
    return (struct feature){codec->name, codec->built_without};
}

static struct feature store_at(size_t i)
{
    size_t size;
    const struct quire_store_ops *store = quire_stores(&size)[i];
    return (struct feature){store->name, store->built_without};
}

static void print_text(const struct features *features)
{
    printf("%s:", features->title);
    for (size_t i = 0; i < features->size; i++) {
        struct feature feature = features->at(i);
        printf(" %s", feature.name);
        if (feature.built_without != NULL) printf(" (built without %s)", feature.built_without);
    }
    printf("\n");
}

static void write_json(struct quire_json *json, const struct features *features)
{
    quire_json_key(json, features->title);
    quire_json_begin_object(json);
    for (size_t i = 0; i < features->size; i++) {
        struct feature feature = features->at(i);
        quire_json_key(json, feature.name);
        quire_json_bool(json, feature.built_without == NULL);
    }
    quire_json_end_object(json);
}

static int print_json(struct quire_cli *cli, const struct features *lists, size_t lists_size)
{
    struct quire_json *json = NULL;
    QUIRE_TRY(quire_json_new(&json, &cli->error));
    quire_json_begin_object(json);
    quire_json_key(json, "version");
    quire_json_string(json, QUIRE_VERSION);
    for (size_t i = 0; i < lists_size; i++) write_json(json, &lists[i]);
    quire_json_end_object(json);
    int code = quire_cli_print_json(json, &cli->error);
    quire_json_free(json);
    return code;
}

static int run(struct quire_cli *cli, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    struct features lists[] = {
        {.title = "formats", .at = format_at},
        {.title = "codecs", .at = codec_at},
        {.title = "stores", .at = store_at},
    };
    size_t lists_size = sizeof(lists) / sizeof(lists[0]);
    quire_formats(&lists[0].size);
    quire_codecs(&lists[1].size);
    quire_stores(&lists[2].size);
    if (cli->common.json) return print_json(cli, lists, lists_size);
    printf("quire %s\n", QUIRE_VERSION);
    for (size_t i = 0; i < lists_size; i++) print_text(&lists[i]);
    return 0;
}

const struct quire_command quire_command_version = {
    .name = "version",
    .operands = "",
    .summary = "print the version and what this build has",
    .run = run,
};
