#include "table/table_place.h"

#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"

#define OPERATION "open table"

static char *with_slash(const char *text)
{
    size_t size = strlen(text);
    bool needs = size > 0 && text[size - 1] != '/';
    char *out = quire_alloc(size + 2);
    if (out == NULL) return NULL;
    memcpy(out, text, size);
    out[size] = '/';
    out[size + needs] = '\0';
    return out;
}

static int open_place(const char *url, struct quire_table_place *place, struct quire_error *error)
{
    char *key = NULL;
    place->url = with_slash(url);
    if (place->url == NULL) return quire_fail_memory(error, OPERATION);
    QUIRE_TRY(quire_store_open(place->url, NULL, 0, &place->store, &key, error));
    place->key = with_slash(key);
    quire_store_key_free(key);
    return place->key != NULL ? 0 : quire_fail_memory(error, OPERATION);
}

int quire_table_place_open(const char *url, struct quire_table_place *place,
                           struct quire_error *error)
{
    struct quire_table_place made = {NULL, NULL, NULL};
    int code = open_place(url, &made, error);
    if (code == 0)
        *place = made;
    else
        quire_table_place_close(&made);
    return code;
}

void quire_table_place_close(struct quire_table_place *place)
{
    quire_store_close(place->store);
    quire_free(place->url);
    quire_free(place->key);
    *place = (struct quire_table_place){NULL, NULL, NULL};
}
