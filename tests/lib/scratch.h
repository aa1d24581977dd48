/* A folder for one test, and small helpers around it. Failures end the test. */
#ifndef QUIRE_TESTS_SCRATCH_H
#define QUIRE_TESTS_SCRATCH_H

#include <stdbool.h>
#include <stddef.h>

/* cmocka setup and teardown: *state becomes the path of an empty folder. */
int scratch_setup(void **state);
int scratch_teardown(void **state);

/* folder/name in one of a few static buffers, used in turn. */
const char *scratch_path(const char *folder, const char *name);
void scratch_write(const char *path, const char *text);
/* The content as text in a static buffer; NULL when there is no file. */
const char *scratch_read(const char *path);
bool scratch_exists(const char *path);
/* How many entries a folder has. */
int scratch_count(const char *folder);
/* Removes a folder and what is in it. */
void scratch_remove(const char *folder);

#endif
