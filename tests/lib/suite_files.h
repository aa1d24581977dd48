/* Public suites of files, for the tests that go through one: files are read, judged by the
 * test, and counted. */
#ifndef QUIRE_TESTS_SUITE_FILES_H
#define QUIRE_TESTS_SUITE_FILES_H

#include <stdbool.h>

#include "base/buf.h"
#include "quire/error.h"

struct suite {
    int files;
    int failed;
};

/* Calls visit for each entry of a folder, hidden ones left out. False when it cannot be
 * opened. */
bool suite_walk(const char *folder,
                void (*visit)(void *user, const char *path, const char *name, bool is_folder),
                void *user);
/* The bytes of a file behind what is in the buffer. 0, QUIRE_NOT_FOUND, QUIRE_IO, QUIRE_MEMORY. */
int suite_read_file(const char *path, struct quire_buf *bytes);
/* Counts a file, and prints what is wrong with it (NULL: nothing is). */
void suite_note(struct suite *suite, const char *path, const char *fault,
                const struct quire_error *error);
/* Prints the sums and gives the exit status: with fewer files it is not the suite. */
int suite_status(const struct suite *suite, int files_min);

#endif
