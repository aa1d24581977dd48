/* log options: what the options of run logs are where a command stands, by the rows that all of
 * them come from. */
#include <string.h>

#include "meta_text.h"
#include "options.h"

#define NAME_SIZE_MAX 64

static void put_choice(struct quire_json *json, const struct quire_option *row, int32_t index)
{
    char word[NAME_SIZE_MAX];
    const char *at = row->choices;
    for (int32_t i = 0; i < index; i++)
        at += strcspn(at, "|") + 1;
    snprintf(word, sizeof(word), "%.*s", (int)strcspn(at, "|"), at);
    quire_json_string(json, word);
}

/* Run logs have options of these types. */
static void put_value(struct quire_json *json, const struct quire_option *row, const void *options)
{
    const char *at = (const char *)options + row->offset;
    int64_t whole;
    int32_t index;
    double number;
    char *text;
    switch (row->type) {
    case QUIRE_OPTION_BOOL: quire_json_bool(json, *(const bool *)(const void *)at); break;
    case QUIRE_OPTION_INT:
        memcpy(&whole, at, sizeof(whole));
        quire_json_i64(json, whole);
        break;
    case QUIRE_OPTION_NUMBER:
        memcpy(&number, at, sizeof(number));
        quire_json_f64(json, number);
        break;
    case QUIRE_OPTION_CHOICE:
        memcpy(&index, at, sizeof(index));
        put_choice(json, row, index);
        break;
    default: memcpy(&text, at, sizeof(text)); quire_json_string(json, text);
    }
}

/* As configuration files have it. */
static void put_name(struct quire_json *json, const char *option)
{
    char name[NAME_SIZE_MAX];
    snprintf(name, sizeof(name), "%s", option);
    for (char *c = name; *c != '\0'; c++)
        if (*c == '-') *c = '_';
    quire_json_key(json, name);
}

static int run(struct quire_cli *cli, int argc, char **argv)
{
    const struct quire_option_table *table = quire_runlog_options_table();
    struct quire_json *json = NULL;
    const char *text = NULL;
    (void)argc;
    (void)argv;
    QUIRE_TRY(quire_json_new(&json, &cli->error));
    quire_json_begin_object(json);
    for (size_t i = 0; i < table->rows_size; i++) {
        const struct quire_option *row = &table->rows[i];
        const struct quire_option *other = quire_cli_other_name(table, row);
        if (other != NULL && other < row) continue;
        put_name(json, row->name);
        put_value(json, row, &cli->runlog);
    }
    quire_json_end_object(json);
    int code = quire_json_text(json, &text, NULL, &cli->error);
    if (code == 0 && cli->common.json)
        printf("%s\n", text);
    else if (code == 0)
        code = quire_cli_meta_print(cli, text, &cli->error);
    quire_json_free(json);
    return code;
}

const struct quire_command quire_command_log_options = {
    .name = "log options",
    .operands = "",
    .summary = "tell what the options of run logs are",
    .description =
        "By the configuration file, the environment and the arguments, in this order, and the "
        "default where none of them gives one. --json prints one object, null for what is not "
        "given and has no default, which --config takes as a file.",
    .flags = QUIRE_COMMAND_LOGS,
    .run = run,
};
