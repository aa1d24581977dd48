/* Tables and parameters from their options. A value is what it looks like (a number, true, null,
 * else text), unless its name says a type. */
#include "sql_request.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "table_version.h"

#define NAME "sql"

void quire_cli_sql_release(struct quire_cli_sql_request *request)
{
    for (size_t i = 0; i < request->texts_size; i++)
        quire_free(request->texts[i]);
    quire_free(request->texts);
    quire_free(request->tables);
    quire_free(request->params);
    quire_free(request->sql);
    *request = (struct quire_cli_sql_request){.sql = NULL};
}

/* A copy that the request owns; NULL when memory is out. */
static char *keep(struct quire_cli_sql_request *request, const char *text, size_t size)
{
    char **texts = quire_realloc(request->texts, (request->texts_size + 1) * sizeof(*texts));
    if (texts == NULL) return NULL;
    request->texts = texts;
    char *copy = quire_strndup(text, size);
    if (copy != NULL) texts[request->texts_size++] = copy;
    return copy;
}

static size_t count(const struct quire_keyed *list)
{
    size_t size = 0;
    for (; list != NULL; list = list->next)
        size++;
    return size;
}

/* --- The text ------------------------------------------------------------------------------- */

static int read_all(struct quire_in *in, char *bytes, size_t *size, struct quire_error *error)
{
    size_t got = 1; /* a pipe gives what it has now: only nothing is its end */
    for (*size = 0; *size < QUIRE_CLI_SQL_BYTES_MAX && got > 0; *size += got)
        QUIRE_TRY(in->ops->read(in, bytes + *size, QUIRE_CLI_SQL_BYTES_MAX - *size, &got, error));
    return 0;
}

int quire_cli_sql_read(const char *name, struct quire_cli_sql_request *request,
                       struct quire_error *error)
{
    struct quire_store *store = NULL;
    struct quire_in *in = NULL;
    char *key = NULL;
    size_t size = 0;
    request->sql = quire_alloc(QUIRE_CLI_SQL_BYTES_MAX + 1);
    if (request->sql == NULL) return quire_cli_fail_memory(error);
    QUIRE_TRY(quire_store_open(name, NULL, 0, &store, &key, error));
    int code = quire_store_in_open(store, key, &in, NULL, error);
    if (code == 0) code = read_all(in, request->sql, &size, error);
    quire_in_close(in);
    quire_store_key_free(key);
    quire_store_close(store);
    QUIRE_TRY(code);
    request->sql[size] = '\0';
    if (size == QUIRE_CLI_SQL_BYTES_MAX || strlen(request->sql) != size)
        return quire_fail(error, QUIRE_USAGE, NAME, "\"%.200s\" is no text of a query", name);
    return 0;
}

/* --- Tables --------------------------------------------------------------------------------- */

/* Takes what follows the last '@' for a version or a time, unless there is a file of that name. */
static int split_version(struct quire_sql_table *table, char *url)
{
    char *at = strrchr(url, '@'), *end;
    if (at == NULL || at == url || at[1] < '0' || at[1] > '9' || access(url, F_OK) == 0) return 0;
    errno = 0;
    long long version = strtoll(at + 1, &end, 10);
    if (*end == '\0' && errno == 0) {
        table->version_given = true;
        table->version = version;
    } else {
        int code = quire_cli_time_parse(at + 1, "--table", &table->time_ms, NULL);
        if (code == QUIRE_MEMORY) return code;
        if (code != 0) return 0;
        table->time_given = true;
    }
    *at = '\0';
    return 0;
}

int quire_cli_sql_tables(const struct quire_keyed *list, struct quire_cli_sql_request *request,
                         struct quire_error *error)
{
    request->tables = quire_alloc_zero(count(list) + 1, sizeof(*request->tables));
    if (request->tables == NULL) return quire_cli_fail_memory(error);
    for (; list != NULL; list = list->next) {
        struct quire_sql_table *table = &request->tables[request->tables_size];
        if (list->value[0] == '\0')
            return quire_fail(error, QUIRE_USAGE, NAME, "--table %.80s= wants a file or a table",
                              list->key);
        char *url = keep(request, list->value, strlen(list->value));
        if (url == NULL) return quire_cli_fail_memory(error);
        table->name = list->key;
        table->url = url;
        if (split_version(table, url) != 0) return quire_cli_fail_memory(error);
        request->tables_size++;
    }
    return 0;
}

/* --- Parameters ----------------------------------------------------------------------------- */

static bool read_integer(const char *text, int64_t *value)
{
    char *end;
    const char *digits = text + (text[0] == '-');
    bool number = digits[0] >= '0' && digits[0] <= '9';
    errno = 0;
    long long read = strtoll(text, &end, 10);
    if (!number || *end != '\0' || errno != 0) return false;
    *value = read;
    return true;
}

/* By the library's own reading of numbers, whatever the locale. */
static bool read_double(const char *text, double *value)
{
    static const char schema_text[] = "x float64";
    struct ArrowSchema schema = {.release = NULL};
    struct ArrowArray batch = {.release = NULL};
    struct quire_builder *builder = NULL;
    int code = quire_schema_parse(schema_text, sizeof(schema_text) - 1, &schema, NULL);
    if (code == 0) code = quire_builder_new(&schema, &builder, NULL);
    if (code == 0) code = quire_builder_text(builder, text, strlen(text), NULL);
    if (code == 0) code = quire_builder_end_row(builder, NULL);
    if (code == 0) code = quire_builder_finish(builder, &batch, NULL);
    if (code == 0) *value = ((const double *)batch.children[0]->buffers[1])[0];
    quire_array_release(&batch);
    quire_builder_free(builder);
    quire_schema_release(&schema);
    return code == 0;
}

/* Codes with leading zeros stay text, as in CSV. */
static bool has_leading_zero(const char *text)
{
    text += text[0] == '-';
    return text[0] == '0' && text[1] >= '0' && text[1] <= '9';
}

static void guess(struct quire_sql_param *param)
{
    const char *text = param->text;
    param->kind = QUIRE_SQL_TEXT;
    if (strcasecmp(text, "null") == 0) {
        param->kind = QUIRE_SQL_NULL;
    } else if (strcasecmp(text, "true") == 0 || strcasecmp(text, "false") == 0) {
        param->kind = QUIRE_SQL_INT;
        param->integer = strcasecmp(text, "true") == 0;
    } else if (!has_leading_zero(text) && read_integer(text, &param->integer)) {
        param->kind = QUIRE_SQL_INT;
    } else if (!has_leading_zero(text) && strpbrk(text, "0123456789") != NULL &&
               read_double(text, &param->real)) {
        param->kind = QUIRE_SQL_DOUBLE;
    }
}

static int give_type(struct quire_sql_param *param, const char *type, struct quire_error *error)
{
    bool fits = true;
    if (strcmp(type, "text") == 0 || strcmp(type, "string") == 0) {
        param->kind = QUIRE_SQL_TEXT;
    } else if (strcmp(type, "int") == 0) {
        param->kind = QUIRE_SQL_INT;
        fits = read_integer(param->text, &param->integer);
    } else if (strcmp(type, "double") == 0 || strcmp(type, "float") == 0) {
        param->kind = QUIRE_SQL_DOUBLE;
        fits = read_double(param->text, &param->real);
    } else {
        quire_fail(error, QUIRE_USAGE, NAME, "--param knows no type \"%.40s\"", type);
        quire_error_hint(error, "the types are int, double, text");
        return QUIRE_USAGE;
    }
    return fits ? 0
                : quire_fail(error, QUIRE_USAGE, NAME, "--param %.80s: \"%.80s\" is no %.40s",
                             param->name, param->text, type);
}

int quire_cli_sql_params(const struct quire_keyed *list, struct quire_cli_sql_request *request,
                         struct quire_error *error)
{
    request->params = quire_alloc_zero(count(list) + 1, sizeof(*request->params));
    if (request->params == NULL) return quire_cli_fail_memory(error);
    for (; list != NULL; list = list->next) {
        struct quire_sql_param *param = &request->params[request->params_size++];
        const char *colon = strchr(list->key, ':');
        size_t size = colon != NULL ? (size_t)(colon - list->key) : strlen(list->key);
        param->text = list->value;
        param->name = keep(request, list->key, size);
        if (param->name == NULL) return quire_cli_fail_memory(error);
        if (colon != NULL)
            QUIRE_TRY(give_type(param, colon + 1, error));
        else
            guess(param);
    }
    return 0;
}
