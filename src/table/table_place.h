/* Private to table: where a table is: its URL, the store, and its key there. */
#ifndef QUIRE_TABLE_TABLE_PLACE_H
#define QUIRE_TABLE_TABLE_PLACE_H

#include "quire/store.h"

struct quire_table_place {
    char *url; /* with '/' at its end */
    struct quire_store *store;
    char *key; /* in the store, with '/' at its end, or empty */
};

/* Opens the store of a URL, with or without '/' at its end. */
int quire_table_place_open(const char *url, struct quire_table_place *place,
                           struct quire_error *error);
void quire_table_place_close(struct quire_table_place *place);

#endif
