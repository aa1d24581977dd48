/* Rules from an object of any store. */
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/fail.h"
#include "quality/rules.h"
#include "quire/store.h"

static int read_all(struct quire_in *in, struct quire_buf *text, struct quire_error *error)
{
    for (size_t got = 1; got > 0 && text->size <= QUIRE_RULES_BYTES_MAX; text->size += got) {
        if (quire_buf_reserve(text, 16384) != 0)
            return quire_fail_memory(error, QUIRE_RULES_OPERATION);
        QUIRE_TRY(in->ops->read(in, quire_buf_end(text), text->capacity - text->size, &got, error));
    }
    return 0;
}

static int read_object(const char *url, struct quire_buf *text, struct quire_error *error)
{
    struct quire_store *store = NULL;
    struct quire_in *in = NULL;
    char *key = NULL;
    QUIRE_TRY(quire_store_open(url, NULL, 0, &store, &key, error));
    int code = quire_store_in_open(store, key, &in, NULL, error);
    if (code == 0) code = read_all(in, text, error);
    quire_in_close(in);
    quire_store_key_free(key);
    quire_store_close(store);
    return code;
}

int quire_rules_read_as(const char *url, enum quire_rule_action action, struct quire_rules **rules,
                        struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf text = {0};
    struct quire_rules *made = NULL;
    int code = read_object(url, &text, error);
    if (code == 0 && quire_buf_terminate(&text) != 0)
        code = quire_fail_memory(error, QUIRE_RULES_OPERATION);
    if (code == 0)
        code = quire_rules_parse_as((const char *)text.data, text.size, action, &made, error);
    if (code == 0) {
        made->path = quire_arena_strndup(&made->arena, url, strlen(url));
        if (made->path == NULL) code = quire_fail_memory(error, QUIRE_RULES_OPERATION);
    }
    if (code != 0) {
        quire_error_path(error, url);
        quire_rules_free(made);
        return code;
    }
    *rules = made;
    return 0;
}

int quire_rules_read(const char *url, struct quire_rules **rules, struct quire_error *error)
{
    return quire_rules_read_as(url, QUIRE_RULE_WARN, rules, error);
}
