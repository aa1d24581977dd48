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
