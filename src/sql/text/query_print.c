/* A query with the values of its parameters in their places, as it also runs on Spark. */
#include <inttypes.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/fail.h"
#include "base/number.h"
#include "base/time_text.h"
#include "quire/sql.h"
#include "sql/sql_session.h"
#include "sql/text/query_tokens.h"

static int append_text(const char *text, struct quire_buf *out)
{
    int code = quire_buf_push(out, '\'');
    for (; *text != '\0' && code == 0; text++) {
        if (*text == '\'') code = quire_buf_push(out, '\'');
        if (code == 0) code = quire_buf_push(out, (uint8_t)*text);
    }
    return code == 0 ? quire_buf_push(out, '\'') : code;
}

/* With an exponent, without which it would be a decimal to Spark. */
static int append_double(double value, struct quire_buf *out)
{
    char text[QUIRE_TIME_TEXT_MAX];
    size_t size = (size_t)(quire_number_format_f64(value, text) - text);
    int code = quire_buf_append(out, text, size);
    return code == 0 && memchr(text, 'e', size) == NULL ? quire_buf_append_text(out, "E0") : code;
}

static int append_value(const struct quire_sql_param *param, struct quire_buf *out)
{
    switch (param->kind) {
    case QUIRE_SQL_INT: return quire_buf_printf(out, "%" PRId64, param->integer);
    case QUIRE_SQL_DOUBLE: return append_double(param->real, out);
    case QUIRE_SQL_TEXT: return append_text(param->text, out);
    default: return quire_buf_append_text(out, "NULL");
    }
}

static const struct quire_sql_param *find_param(const struct quire_sql_param *params, size_t size,
                                                const char *name, size_t name_size)
{
    for (size_t i = 0; i < size; i++)
        if (strlen(params[i].name) == name_size && memcmp(params[i].name, name, name_size) == 0)
            return &params[i];
    return NULL;
}

int quire_sql_print(const char *sql, const struct quire_sql_param *params, size_t params_size,
                    char **text, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf out = {0};
    size_t at = 0, written = 0;
    int code = 0;
    while (code == 0) {
        struct quire_sql_token token = quire_sql_token_next(sql, &at);
        const struct quire_sql_param *param = NULL;
        if (token.kind == QUIRE_SQL_TOKEN_END) break;
        if (token.kind == QUIRE_SQL_TOKEN_VARIABLE)
            param = find_param(params, params_size, sql + token.at + 1, token.size - 1);
        if (param == NULL) continue;
        code = quire_buf_append(&out, sql + written, token.at - written);
        if (code == 0) code = append_value(param, &out);
        written = at;
    }
    if (code == 0) code = quire_buf_append_text(&out, sql + written);
    if (code == 0) code = quire_buf_terminate(&out);
    if (code != 0) return quire_fail_memory(error, QUIRE_SQL_OPERATION);
    *text = (char *)QUIRE_STEAL(out.data);
    return 0;
}
