/* One-line puts and gets of text, for tests of stores. */
#ifndef QUIRE_TESTS_TEST_PUT_H
#define QUIRE_TESTS_TEST_PUT_H

#include "quire/store.h"

/* Opens the store of a URL, puts text at its key, and closes it. */
int test_put(const char *url, const char *text, const struct quire_put_options *options,
             struct quire_object *object, struct quire_error *error);
/* The object as text in a static buffer of 4096 bytes; NULL when it cannot be read. */
const char *test_get(const char *url);
int test_head(const char *url, struct quire_object *object, struct quire_error *error);
int test_delete(const char *url, struct quire_error *error);
/* Keys of a listing, each followed by a blank, in a static buffer of 8192 bytes;
 * the folder of prefix_url is left out, and put before start_after. NULL: it failed. */
const char *test_list(const char *prefix_url, const char *start_after);

#endif
