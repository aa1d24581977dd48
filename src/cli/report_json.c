/* Reports as JSON: members with their names, and the document on standard output. */
#include "cli.h"

void quire_cli_json_string(struct quire_json *json, const char *name, const char *text)
{
    quire_json_key(json, name);
    quire_json_string(json, text);
}

void quire_cli_json_i64(struct quire_json *json, const char *name, int64_t value)
{
    quire_json_key(json, name);
    quire_json_i64(json, value);
}

void quire_cli_json_known(struct quire_json *json, const char *name, int64_t value)
{
    quire_json_key(json, name);
    if (value >= 0)
        quire_json_i64(json, value);
    else
        quire_json_null(json);
}

void quire_cli_json_f64(struct quire_json *json, const char *name, double value)
{
    quire_json_key(json, name);
    quire_json_f64(json, value);
}

void quire_cli_json_bool(struct quire_json *json, const char *name, bool value)
{
    quire_json_key(json, name);
    quire_json_bool(json, value);
}

int quire_cli_print_json(struct quire_json *json, struct quire_error *error)
{
    const char *text = NULL;
    QUIRE_TRY(quire_json_text(json, &text, NULL, error));
    printf("%s\n", text);
    return 0;
}

static void put_member(struct quire_json *json, const struct quire_cli_member *member)
{
    if (member->kind == QUIRE_CLI_IS_TEXT)
        quire_cli_json_string(json, member->name, member->text);
    else if (member->kind == QUIRE_CLI_IS_NUMBER)
        quire_cli_json_i64(json, member->name, member->number);
    else
        quire_cli_json_bool(json, member->name, member->number != 0);
}

int quire_cli_print_object(struct quire_cli *cli, const struct quire_cli_member *members,
                           size_t size)
{
    struct quire_json *json = NULL;
    QUIRE_TRY(quire_json_new(&json, &cli->error));
    quire_json_begin_object(json);
    for (size_t i = 0; i < size; i++)
        put_member(json, &members[i]);
    quire_json_end_object(json);
    int code = quire_cli_print_json(json, &cli->error);
    quire_json_free(json);
    return code;
}
