/* JSON documents of this library, walked: what commands show of them. */
#ifndef QUIRE_CLI_JSON_WALK_H
#define QUIRE_CLI_JSON_WALK_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes of a value that are shown. */
#define QUIRE_JSON_VALUE_MAX 4096

struct quire_json_item {
    const char *key, *value, *end;
    size_t key_size;
};

/* The next item of a list or member (keyed) of an object; *at stands behind its opening or
 * behind the item before. False at its end. */
bool quire_json_next_item(const char **at, bool keyed, struct quire_json_item *item);

/* An object, or a list of them. */
bool quire_json_holds_objects(const char *value);

/* A text that is being put together, up to QUIRE_JSON_VALUE_MAX bytes. */
struct quire_json_value {
    char bytes[QUIRE_JSON_VALUE_MAX];
    char *end;
};

/* A value without quotes and escapes; of a list its items, with commas between. */
const char *quire_json_value_text(struct quire_json_value *text, const char *value,
                                  const char *end);

#endif
